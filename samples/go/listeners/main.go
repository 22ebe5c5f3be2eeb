// Listeners is a server whose sockets are in every state that a viewer should recognise, and which says itself which goroutine does what.
// It takes one command a line from standard input and ends when that is closed:
//
//	pause         answers "ok"; the accept loops of all listeners but the web server's stop at a gate, each after one more connection
//	resume        answers "ok"; they accept again
//	connections   answers "connections N", then N lines "REMOTE GOROUTINE": who reads from which accepted connection
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
)

// gate stands between an accept loop and its listener: while it is shut, the loop waits at the gate and nobody accepts.
type gate struct {
	mu   sync.Mutex
	open *sync.Cond
	shut bool
}

func newGate() *gate {
	g := new(gate)
	g.open = sync.NewCond(&g.mu)
	return g
}

func (g *gate) set(shut bool) {
	g.mu.Lock()
	g.shut = shut
	g.mu.Unlock()
	g.open.Broadcast()
}

//go:noinline
func (g *gate) pass() {
	g.mu.Lock()
	for g.shut {
		g.open.Wait()
	}
	g.mu.Unlock()
}

var doors = newGate()

// accepted holds the connections, so that no finalizer closes them, and who reads from each.
var accepted struct {
	sync.Mutex
	readers     map[string]uint64
	connections []net.Conn
}

// acceptLoop reads each connection until the peer closes it, and then leaves its own side open (CLOSE_WAIT).
func acceptLoop(l net.Listener) {
	for {
		doors.pass()
		c, err := l.Accept()
		if err != nil {
			return
		}
		go readAll(c)
	}
}

func readAll(c net.Conn) {
	accepted.Lock()
	accepted.readers[c.RemoteAddr().String()] = goroutineID()
	accepted.connections = append(accepted.connections, c)
	accepted.Unlock()
	io.Copy(io.Discard, c)
}

// gatedListener hides the gate inside of the server: net/http calls Accept, which waits there.
type gatedListener struct {
	net.Listener
	gate *gate
}

func (l *gatedListener) Accept() (net.Conn, error) {
	l.gate.pass()
	return l.Listener.Accept()
}

// goroutineID takes the number from the first line of the goroutine's own stack: "goroutine 18 [running]:".
func goroutineID() uint64 {
	var text [64]byte
	id, err := strconv.ParseUint(string(bytes.Fields(text[:runtime.Stack(text[:], false)])[1]), 10, 64)
	check(err)
	return id
}

// start runs f in a goroutine and returns the goroutine's number.
func start(f func()) uint64 {
	id := make(chan uint64)
	go func() {
		id <- goroutineID()
		f()
	}()
	return <-id
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func listen(network, address string) net.Listener {
	l, err := net.Listen(network, address)
	check(err)
	return l
}

func main() {
	accepted.readers = map[string]uint64{}
	folder, err := os.MkdirTemp("", "listeners")
	check(err)
	defer os.RemoveAll(folder)

	plain := listen("tcp4", "127.0.0.1:0")
	web := listen("tcp4", "127.0.0.1:0")
	gated := listen("tcp4", "127.0.0.1:0")
	path := listen("unix", filepath.Join(folder, "door.sock"))
	// The program listens here and forgets it.
	idle := listen("tcp4", "127.0.0.1:0")
	udp, err := net.ListenPacket("udp4", "127.0.0.1:0")
	check(err)

	hello := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello\n") })
	goroutines := []uint64{
		start(func() { acceptLoop(plain) }),
		start(func() { http.Serve(web, hello) }),
		start(func() { http.Serve(&gatedListener{gated, doors}, hello) }),
		start(func() { acceptLoop(path) }),
		start(func() { receive(udp) }),
	}
	fmt.Printf("ready plain=%v web=%v gated=%v unix=%v udp=%v idle=%v goroutines=%d,%d,%d,%d,%d\n",
		plain.Addr(), web.Addr(), gated.Addr(), path.Addr(), udp.LocalAddr(), idle.Addr(),
		goroutines[0], goroutines[1], goroutines[2], goroutines[3], goroutines[4])
	obey(bufio.NewScanner(os.Stdin))
	runtime.KeepAlive(idle)
}

func receive(socket net.PacketConn) {
	var datagram [2048]byte
	for {
		if _, _, err := socket.ReadFrom(datagram[:]); err != nil {
			return
		}
	}
}

func obey(lines *bufio.Scanner) {
	for lines.Scan() {
		switch lines.Text() {
		case "pause":
			doors.set(true)
			fmt.Println("ok")
		case "resume":
			doors.set(false)
			fmt.Println("ok")
		case "connections":
			accepted.Lock()
			fmt.Println("connections", len(accepted.readers))
			for remote, id := range accepted.readers {
				fmt.Println(remote, id)
			}
			accepted.Unlock()
		default:
			fmt.Println("unknown command")
		}
	}
}
