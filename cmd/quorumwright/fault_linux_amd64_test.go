package main

import "golang.org/x/sys/unix"

const auditArch = unix.AUDIT_ARCH_X86_64

// oldRename is the call without folders, which newer machines do not have.
var oldRename = []uintptr{unix.SYS_RENAME, unix.SYS_LINK}
