package main

import (
	"fmt"
	"net"
	"os"
	"syscall"
)

// Scenarios that wait for the kernel: through the network poller ("IO wait") or inside a system call.
func init() {
	scenarios["net-accept"] = netAccept
	scenarios["net-read"] = netRead
	scenarios["net-write"] = netWrite
	scenarios["net-udp"] = netUDP
	scenarios["net-unix"] = netUnix
	scenarios["pipe-read"] = pipeRead
	scenarios["syscall-read"] = syscallRead
}

// kept holds what must not be finalised, and with it closed, while the goroutines wait.
var kept []any

func keep[T any](value T, err error) T {
	if err != nil {
		say("error " + err.Error())
		os.Exit(3)
	}
	kept = append(kept, value)
	return value
}

func descriptor(conn syscall.Conn) (fd int) {
	raw, err := conn.SyscallConn()
	if err == nil {
		err = raw.Control(func(value uintptr) { fd = int(value) })
	}
	if err != nil {
		return -1
	}
	return fd
}

func netAccept() []string {
	listener := keep(net.Listen("tcp", "127.0.0.1:0")).(*net.TCPListener)
	go parkAccept(listener)
	return []string{arrived() + fmt.Sprint(" fd=", descriptor(listener), " local=", listener.Addr())}
}

func parkAccept(listener *net.TCPListener) {
	announce()
	conn, _ := listener.Accept()
	kept = append(kept, conn)
}

// pair returns both ends of a TCP connection over the loopback.
func pair() (client, server *net.TCPConn) {
	listener := keep(net.Listen("tcp", "127.0.0.1:0"))
	client = keep(net.Dial("tcp", listener.Addr().String())).(*net.TCPConn)
	server = keep(listener.Accept()).(*net.TCPConn)
	return client, server
}

func netRead() []string {
	client, _ := pair()
	go parkNetRead(client)
	return []string{arrived() + fmt.Sprint(" fd=", descriptor(client), " local=", client.LocalAddr(), " remote=", client.RemoteAddr())}
}

func parkNetRead(conn *net.TCPConn) {
	buffer := make([]byte, 100)
	announce()
	n, _ := conn.Read(buffer)
	use(n)
}

func netWrite() []string {
	client, _ := pair()
	go parkNetWrite(client)
	return []string{arrived() + fmt.Sprint(" fd=", descriptor(client), " local=", client.LocalAddr(), " remote=", client.RemoteAddr())}
}

// parkNetWrite writes more than both socket buffers hold, and nobody reads.
func parkNetWrite(conn *net.TCPConn) {
	data := make([]byte, 16<<20)
	announce()
	n, _ := conn.Write(data)
	use(n)
}

func netUDP() []string {
	conn := keep(net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}))
	go parkUDP(conn)
	return []string{arrived() + fmt.Sprint(" fd=", descriptor(conn), " local=", conn.LocalAddr())}
}

func parkUDP(conn *net.UDPConn) {
	buffer := make([]byte, 100)
	announce()
	n, _, _ := conn.ReadFromUDP(buffer)
	use(n)
}

func netUnix() []string {
	// An abstract name leaves no file behind.
	listener := keep(net.Listen("unix", fmt.Sprintf("@vitrine-truth-%d-%d", os.Getpid(), len(kept)))).(*net.UnixListener)
	go parkUnix(listener)
	return []string{arrived() + fmt.Sprint(" fd=", descriptor(listener))}
}

func parkUnix(listener *net.UnixListener) {
	announce()
	conn, _ := listener.Accept()
	kept = append(kept, conn)
}

func pipeRead() []string {
	reader, writer, err := os.Pipe()
	keep(writer, err)
	keep(reader, err)
	go parkPipe(reader)
	// Not reader.Fd(): before Go 1.25 that call makes the descriptor blocking.
	return []string{arrived() + fmt.Sprint(" fd=", descriptor(reader))}
}

func parkPipe(reader *os.File) {
	buffer := make([]byte, 100)
	announce()
	n, _ := reader.Read(buffer)
	use(n)
}

func syscallRead() []string {
	var ends [2]int
	if err := syscall.Pipe(ends[:]); err != nil {
		return []string{"error=" + err.Error()}
	}
	go parkSyscall(ends[0])
	return []string{arrived() + fmt.Sprint(" fd=", ends[0])}
}

func parkSyscall(fd int) {
	buffer := make([]byte, 1)
	announce()
	n, _ := syscall.Read(fd, buffer)
	use(n)
}
