// `dotnet new web` and the two lines of Vitrine.
var builder = WebApplication.CreateBuilder(args);
builder.AddVitrine(options => options.Enabled = true);

var app = builder.Build();
app.MapVitrine();

app.MapGet("/", () => "Hello World!");

app.Run();
