module vitrine.example/faulty

go 1.19
