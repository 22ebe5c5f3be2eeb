module vitrine.example/listeners

go 1.19
