module vitrine.example/waiting

go 1.19
