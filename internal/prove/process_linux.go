package prove

import "syscall"

func (p *process) signal(s syscall.Signal) {
	pid := p.Pid
	if p.group {
		pid = -pid
	}
	// It fails only if the process is over, which is known elsewhere.
	syscall.Kill(pid, s)
}

func (p *process) kill()      { p.signal(syscall.SIGKILL) }
func (p *process) terminate() { p.signal(syscall.SIGTERM) }

// freeze stops the process where it is, or lets it go on.
func (p *process) freeze(on bool) {
	if on {
		p.signal(syscall.SIGSTOP)
	} else {
		p.signal(syscall.SIGCONT)
	}
}
