//go:build !go1.22

package main

import (
	"io"
	"net/http"
)

// Before Go 1.22 a mux knows prefixes only.
func patterns(mux *http.ServeMux) {
	mux.HandleFunc("/items/", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "item\n") })
}
