// Package agent stands in for the agent of gops: the same name, the same port file and a listener, and nothing behind it.
package agent

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
)

// Listen listens on loopback and leaves the port in gops' folder of configuration, named by the pid.
func Listen() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	folder := os.Getenv("GOPS_CONFIG_DIR")
	port := listener.Addr().(*net.TCPAddr).Port
	return os.WriteFile(filepath.Join(folder, strconv.Itoa(os.Getpid())), []byte(strconv.Itoa(port)), 0o600)
}
