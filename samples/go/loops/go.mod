module vitrine.example/loops

go 1.19
