//go:build go1.24

package main

import "net/http"

func serveUnencryptedHTTP2(handler http.Handler) string {
	listener := listen()
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	go (&http.Server{Handler: handler, Protocols: protocols}).Serve(listener)
	return listener.Addr().String()
}
