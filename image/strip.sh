#!/bin/sh
# Run once on the final stage's base: takes away what a running daemon has no use for, and compiles the standard library
# where the base comes without bytecode (the official images do): a read-only root could never keep it.
set -eu
find / -xdev -type f -perm /6000 -exec chmod ug-s {} +
rm -rf /usr/share/python-wheels /usr/local/bin/pip* /usr/local/bin/idle* /usr/local/bin/pydoc* /usr/local/bin/2to3*
python3 - <<'PROGRAM'
import compileall, pathlib, py_compile, shutil, sysconfig

library = pathlib.Path(sysconfig.get_path("stdlib"))
for unused in ("ensurepip", "idlelib", "lib2to3", "test", "tkinter", "turtledemo"):
    shutil.rmtree(library / unused, ignore_errors=True)
for place in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), str(library / "site-packages")}:
    for installed in pathlib.Path(place).glob("*"):
        if installed.name.split("-")[0] in ("pip", "setuptools", "wheel", "pkg_resources", "_distutils_hack"):
            shutil.rmtree(installed)
if not list(library.glob("__pycache__/os.*.pyc")):
    compileall.compile_dir(library, quiet=2, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
PROGRAM
