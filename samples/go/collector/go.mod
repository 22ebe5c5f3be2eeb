module collector

go 1.19
