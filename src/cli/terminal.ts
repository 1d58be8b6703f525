/** Where a command writes, and what it may assume about who reads there. */
export interface Stream {
  readonly columns: number;
  readonly isTTY: boolean;
  readonly color: boolean;
  /** The reader's encoding is UTF-8, as far as the environment tells. */
  readonly unicode: boolean;
  /** Resolves when the text has left the process. A reader that went away is no error: nobody misses the rest. */
  write(text: string): Promise<void>;
}

export interface Terminal {
  /** For results only. */
  readonly out: Stream;
  /** For everything else. */
  readonly err: Stream;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Logs of CI systems wrap by themselves; this keeps tables readable there. */
const COLUMNS_WITHOUT_TTY = 120;

export function streamOf(
  stream: NodeJS.WriteStream,
  { env, argv }: { readonly env: Environment; readonly argv: readonly string[] },
): Stream {
  const isTTY = stream.isTTY === true;
  // The error of a write comes twice: to its callback, and as an event that would otherwise end the process.
  stream.on('error', () => undefined);
  return {
    columns: isTTY && stream.columns > 0 ? stream.columns : columnsOf(env),
    isTTY,
    color: wantsColor(env, argv, isTTY),
    unicode: speaksUtf8(env),
    write: (text) => write(stream, text),
  };
}

function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (error && !isClosedPipe(error)) reject(error);
      else resolve();
    });
  });
}

function isClosedPipe(error: Error): boolean {
  const code = 'code' in error ? error.code : undefined;
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED';
}

function columnsOf(env: Environment): number {
  const columns = Number(env['COLUMNS']);
  return Number.isInteger(columns) && columns >= 40 ? columns : COLUMNS_WITHOUT_TTY;
}

/** no-color.org, force-color.org; the option counts most. */
export function wantsColor(env: Environment, argv: readonly string[], isTTY: boolean): boolean {
  if (argv.includes('--no-color')) return false;
  if (argv.includes('--color')) return true;
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0') return true;
  return isTTY && env['TERM'] !== 'dumb';
}

/** As setlocale(3) chooses; nothing set says nothing, and everything but the Linux console speaks UTF-8 today. */
export function speaksUtf8(env: Environment): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((value) => value);
  return locale === undefined ? env['TERM'] !== 'linux' : /utf-?8/i.test(locale);
}
