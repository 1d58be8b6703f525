#!/usr/bin/env python3
"""make.py BIN OUT NAME=TAG[,TAG]... [source=FOLDER-OF-CILIUM]: the images of the cluster, from programs in BIN and of the machine."""
import glob
import os
import shutil
import sys

from image import Image

BIN, OUT = sys.argv[1:3]
GIVEN = dict(argument.split("=", 1) for argument in sys.argv[3:])


def base():
    image = Image()
    image.text("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000::/tmp:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n")
    image.text("/etc/group", "root:x:0:\nnode:x:1000:\nnogroup:x:65534:\n")
    image.text("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n")
    return image


def program(name, *more):
    image = base()
    for path in (name, *more):
        image.file(f"{BIN}/{path}", f"/usr/bin/{path}")
    return image


def with_busybox(image, *names):
    """A shell and the usual tools, as links, where no program of that name is there yet."""
    image.file("/bin/busybox")
    for name in names:
        if f"usr/bin/{name}" not in image.entries:
            image.link(f"/usr/bin/{name}", "busybox")
    return image


def with_iptables(image):
    """Both kinds; the plain names are the nft kind, as on the nodes: two kinds in one network are a known trap."""
    for kind in ("nft", "legacy"):
        multi = f"xtables-{kind}-multi"
        image.file(f"/usr/sbin/{multi}")
        for name in ("iptables", "ip6tables"):
            for verb in ("", "-save", "-restore"):
                image.link(f"/usr/sbin/{name}-{kind}{verb}", multi)
                if kind == "nft":
                    image.link(f"/usr/sbin/{name}{verb}", multi)
    for extension in glob.glob("/usr/lib/*/xtables/*.so"):
        image.file(extension)
    for tool in ("ipset", "ip", "conntrack"):
        image.file(shutil.which(tool))
    return image


def cilium(source):
    """What Cilium's Dockerfile installs, as far as the agent is used here."""
    image = program("cilium-agent", "cilium-dbg", "cilium-health", "cilium-mount", "cilium-sysctlfix")
    with_iptables(image)
    for tool in ("bash", "tc", "bpftool", "nsenter", "mount", "umount"):
        image.file(shutil.which(tool))
    image.file("/usr/bin/clang-16")
    image.link("/usr/bin/clang", "clang-16")
    image.link("/usr/bin/cilium", "cilium-dbg")
    image.file(f"{BIN}/cilium-cni", "/opt/cni/bin/cilium-cni")
    image.file("/usr/lib/cni/loopback", "/cni/loopback")
    image.tree(f"{source}/bpf", "/var/lib/cilium/bpf")
    for script in ("images/cilium/init-container.sh", "plugins/cilium-cni/install-plugin.sh", "plugins/cilium-cni/cni-uninstall.sh"):
        with open(f"{source}/{script}") as text:
            image.text("/" + os.path.basename(script), text.read(), 0o755)
    return with_busybox(image, *APPLETS)


APPLETS = (
    "sh cat ls cp mv rm mkdir rmdir ln chmod grep sed awk find basename dirname readlink env true false sleep test "
    "[ echo printf head tail wc sort uniq tr cut date id ps kill nc wget ping nslookup hostname seq touch tee vi top"
).split()

MAKERS = {
    "pause": lambda: program("pause"),
    "node": lambda: with_busybox(base().file(shutil.which("node"), "/usr/local/bin/node"), *APPLETS),
    "busybox": lambda: with_busybox(base(), *APPLETS),
    "agnhost": lambda: program("agnhost"),
    "coredns": lambda: program("coredns"),
    "kube-proxy": lambda: with_iptables(program("kube-proxy")),
    "kube-router": lambda: with_busybox(with_iptables(program("kube-router")), *APPLETS),
    "cilium": lambda: cilium(GIVEN["source"]),
    "operator": lambda: program("cilium-operator-generic"),
}
COMMANDS = {
    "pause": {"Entrypoint": ["/usr/bin/pause"], "User": "65535:65535"},
    "node": {"Cmd": ["node"]},
    "busybox": {"Cmd": ["sh"]},
    "agnhost": {"Entrypoint": ["/usr/bin/agnhost"], "Cmd": ["pause"]},
    "coredns": {"Entrypoint": ["/usr/bin/coredns"]},
    "kube-proxy": {"Entrypoint": ["/usr/bin/kube-proxy"]},
    "kube-router": {"Entrypoint": ["/usr/bin/kube-router"]},
}
SEARCH_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

for name, tags in GIVEN.items():
    if name != "source":
        MAKERS[name]().write(f"{OUT}/{name}.tar", tags.split(","), Env=[SEARCH_PATH], **COMMANDS.get(name, {}))
