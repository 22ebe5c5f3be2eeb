//go:build !go1.24

package main

import "net/http"

// serveUnencryptedHTTP2 needs Go 1.24.
func serveUnencryptedHTTP2(http.Handler) string { return "" }
