//go:build go1.22

package main

import (
	"io"
	"net/http"
)

func patterns(mux *http.ServeMux) {
	mux.HandleFunc("/items/{id}", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "item "+r.PathValue("id")+"\n") })
}
