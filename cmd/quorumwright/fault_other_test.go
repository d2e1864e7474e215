//go:build !linux || !(amd64 || arm64)

package main

func runFaulty() { panic("no system calls can be made to fail here") }
