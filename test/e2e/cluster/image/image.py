"""A container image made of the machine's own files: one layer, in the archive format of `docker save`, which
containerd imports without any registry."""
import hashlib
import io
import json
import os
import re
import subprocess
import tarfile


class Image:
    def __init__(self):
        self.entries = {}  # path without the leading slash -> ('file', source) | ('link', target) | (content, mode)
        for name in ("bin", "sbin", "lib", "lib64"):  # Debian's layout, where these are links into /usr
            self.link(f"/{name}", f"usr/{name}")

    def link(self, path, target):
        self.entries[path.lstrip("/")] = ("link", target)

    def text(self, path, content, mode=0o644):
        self.entries[path.lstrip("/")] = (content.encode(), mode)

    def file(self, source, path=None):
        """Adds a file, under its own path if none is given, with the links on the way and the libraries it loads."""
        path = path or os.path.join(os.path.realpath(os.path.dirname(source)), os.path.basename(source))
        if path.lstrip("/") in self.entries:
            return self
        if os.path.islink(source) and path.startswith("/usr"):
            self.link(path, os.readlink(source))
            return self.file(os.path.join(os.path.dirname(path), os.readlink(source)))
        self.entries[path.lstrip("/")] = ("file", source)
        listed = subprocess.run(["ldd", source], capture_output=True, text=True).stdout
        for library in re.findall(r"(?:=> )?(/\S+) \(0x", listed):
            self.file(library)
        return self

    def tree(self, folder, path):
        for parent, _, names in os.walk(folder):
            for name in names:
                source = os.path.join(parent, name)
                self.entries[os.path.join(path, os.path.relpath(source, folder)).lstrip("/")] = ("file", source)

    def write(self, archive, tags, **config):
        layer = archive + ".layer"
        with tarfile.open(layer, "w", format=tarfile.GNU_FORMAT) as tar:
            self._write_layer(tar)
        digest = hashlib.sha256()
        with open(layer, "rb") as data:
            while block := data.read(1 << 20):
                digest.update(block)
        layer_id = digest.hexdigest()
        description = json.dumps({
            "architecture": {"x86_64": "amd64", "aarch64": "arm64"}[os.uname().machine],
            "os": "linux",
            "created": "1970-01-01T00:00:00Z",
            "config": config,
            "rootfs": {"type": "layers", "diff_ids": ["sha256:" + layer_id]},
        }).encode()
        config_name = hashlib.sha256(description).hexdigest() + ".json"
        manifest = [{"Config": config_name, "RepoTags": tags, "Layers": [layer_id + "/layer.tar"]}]
        with tarfile.open(archive + ".new", "w", format=tarfile.GNU_FORMAT) as tar:
            _add_bytes(tar, config_name, description)
            tar.add(layer, layer_id + "/layer.tar")
            _add_bytes(tar, "manifest.json", json.dumps(manifest).encode())
        os.unlink(layer)
        os.rename(archive + ".new", archive)

    def _write_layer(self, tar):
        folders = {"tmp", "etc", "usr", "var", "var/tmp"}
        for path in self.entries:
            while path := os.path.dirname(path):
                folders.add(path)
        for path in sorted(folders | self.entries.keys()):
            entry, info = self.entries.get(path), tarfile.TarInfo(path)
            info.mode = 0o755
            if path in folders:
                info.type = tarfile.DIRTYPE
                info.mode = 0o1777 if path.endswith("tmp") else 0o755
                tar.addfile(info)
            elif isinstance(entry[0], bytes):
                _add_bytes(tar, path, *entry)
            elif entry[0] == "link":
                info.type, info.linkname = tarfile.SYMTYPE, entry[1]
                tar.addfile(info)
            else:
                source = os.path.realpath(entry[1])
                info.size = os.path.getsize(source)
                info.mode = 0o755 if os.access(source, os.X_OK) and os.stat(source).st_mode & 0o111 else 0o644
                with open(source, "rb") as data:
                    tar.addfile(info, data)


def _add_bytes(tar, name, content, mode=0o644):
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), mode
    tar.addfile(info, io.BytesIO(content))
