module vitrine.example/panics

go 1.19
