module vitrine.example/web

go 1.19
