module vitrine.example/beats

go 1.19
