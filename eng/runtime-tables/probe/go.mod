module vitrine.example/probe

go 1.19
