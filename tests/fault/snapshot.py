"""What stands below a directory: quick to compare again, and to put back."""
import hashlib
import os
import shutil


class Snapshot:
    """A copy of a template: what its files hold is read again only where stat() says that they are others."""

    def __init__(self, template, path):
        self.template, self.path = template, path
        self.hashes = {}  # (path, signature) to what is in it
        self.copy()

    def copy(self):
        shutil.rmtree(self.path, ignore_errors=True)
        shutil.copytree(self.template, self.path, symlinks=True)
        self.signatures = self.look()
        self.hashes = {k: v for k, v in self.hashes.items() if self.signatures.get(k[0]) == k[1]}

    def look(self):
        """Each path with what stat() says of it; a directory's has a slash behind it."""
        found = {}
        waiting = [self.path]
        while waiting:
            directory = waiting.pop()
            with os.scandir(directory) as entries:
                for entry in entries:
                    name = entry.path[len(self.path) + 1:]
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                        found[name + "/"] = "directory"
                    else:
                        found[name] = signature_of(entry.stat(follow_symlinks=False))
        return found

    def state(self):
        """Each path with its mode and content."""
        return {name: self.content(name, signature) for name, signature in self.look().items()}

    def content(self, name, signature):
        if signature == "directory":
            return signature
        key = (name, signature)
        if key not in self.hashes:
            path = os.path.join(self.path, name)
            if os.path.islink(path):
                content = os.readlink(path).encode()
            else:
                with open(path, "rb") as file:
                    content = file.read()
            self.hashes[key] = "%o %s" % (signature[0], hashlib.sha1(content).hexdigest())
        return self.hashes[key]

    def is_as_copied(self):
        return self.look() == self.signatures

    def put_back(self):
        now = self.look()
        if now == self.signatures:
            return
        for name in sorted(now.keys() - self.signatures.keys(), reverse=True):  # what is in a directory before it
            path = os.path.join(self.path, name)
            if name.endswith("/"):
                os.rmdir(path)
            else:
                os.unlink(path)
        for name in sorted(name for name, signature in self.signatures.items() if now.get(name) != signature):
            self.copy_one(name)

    def copy_one(self, name):
        path = os.path.join(self.path, name)
        if name.endswith("/"):
            os.mkdir(path)
            return
        if os.path.lexists(path):
            os.unlink(path)
        shutil.copy2(os.path.join(self.template, name), path, follow_symlinks=False)
        self.signatures[name] = signature_of(os.lstat(path))


def signature_of(st):
    return (st.st_mode, st.st_ino, st.st_size, st.st_mtime_ns, st.st_ctime_ns)


def changes(before, after):
    return sorted(k for k in before.keys() | after.keys() if before.get(k) != after.get(k))
