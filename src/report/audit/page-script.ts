/** The page's whole script: filters, and nothing else. It reads attributes and hides rows; it writes no markup. */
export const SCRIPT = `
'use strict';
const holds = (text, wanted) => text.toLowerCase().includes(wanted.trim().toLowerCase());

const findingForm = document.getElementById('finding-filters');
const filterFindings = () => {
  const { severity, exposure, text, excepted } = findingForm.elements;
  const rows = [...document.querySelectorAll('#findings tbody tr')];
  let shown = 0;
  for (const row of rows) {
    const fits =
      (severity.value === '' || row.dataset.severity === severity.value) &&
      (exposure.value === '' || row.dataset.exposure.split(' ').includes(exposure.value)) &&
      (excepted.checked || row.dataset.excepted === 'no') &&
      holds(row.textContent, text.value);
    row.hidden = !fits;
    if (fits) shown += 1;
  }
  document.getElementById('finding-count').textContent = shown + ' of ' + rows.length;
};
findingForm.addEventListener('input', filterFindings);
findingForm.addEventListener('submit', (event) => event.preventDefault());
filterFindings();

for (const form of document.querySelectorAll('.heat-filters')) {
  const table = document.getElementById(form.dataset.heat);
  const heads = [...table.tHead.rows[0].cells];
  const filter = () => {
    const { state, source, endpoint } = form.elements;
    const columns = heads.map((head, i) => i === 0 || holds(head.dataset.endpoint, endpoint.value));
    heads.forEach((head, i) => { head.hidden = !columns[i]; });
    let shown = 0;
    for (const row of table.tBodies[0].rows) {
      let fitting = 0;
      [...row.cells].forEach((cell, i) => {
        cell.hidden = !columns[i];
        if (i === 0) return;
        const fits = state.value === '' || cell.dataset.state === state.value;
        cell.classList.toggle('dim', !fits);
        if (fits && columns[i]) fitting += 1;
      });
      row.hidden = fitting === 0 || !holds(row.dataset.source, source.value);
      if (!row.hidden) shown += fitting;
    }
    form.querySelector('output').textContent = shown + ' pairs';
  };
  form.addEventListener('input', filter);
  form.addEventListener('submit', (event) => event.preventDefault());
  filter();
}
`;
