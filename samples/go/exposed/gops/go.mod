module github.com/google/gops

go 1.19
