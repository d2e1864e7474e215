// Package supervisor answers one question: how can input of strangers be worked
// on so that nothing in it kills, hangs or bloats the command.
//
// A Go program cannot recover from a stack that is too deep or memory that ran
// out, and neither an evaluation of CUE nor a build of kustomize can be stopped.
// So the command starts itself a second time: the child does the work, within
// limits that it sets before it reads anything, and says what it is working on;
// the parent waits. If the child dies of its input, the parent says in one line
// which limit was hit, and where.
//
// Limits hold for one piece of work, such as one kustomize root, and grow with the
// number of pieces and with what is read: a repository may be as large as it likes.
//
// Where a process cannot be given files beside the three usual ones (Windows),
// there is no supervision, and the work is done in the command's own process.
package supervisor
