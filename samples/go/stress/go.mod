module vitrine.example/stress

go 1.19
