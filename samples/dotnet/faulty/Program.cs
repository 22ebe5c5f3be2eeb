// A quotation service with deliberate faults, to find them with Vitrine. Each is switched on and off by a URL:
//
//   curl -X POST http://127.0.0.1:5080/faults/hot-loop/on
//   go tool pprof -top 'http://127.0.0.1:5080/debug/pprof/profile?seconds=5'
using Faulty;
using Faulty.Faults;

var builder = WebApplication.CreateBuilder(args);
// What it says on its output is for whoever started it: where it listens.
builder.Logging.ClearProviders();
builder.AddVitrine(static options => options.Enabled = true);
builder.Services.AddSingleton<PriceList>();
builder.Services.AddSingleton<FaultSwitches>();

var app = builder.Build();
app.MapVitrine();

app.MapGet("/quote/{article}", (string article, int? pieces, PriceList prices) => prices.Quote(article, pieces ?? 1));
app.MapGet("/panic", static string () => throw new InvalidOperationException("a secret that must not leave the service"));

app.MapGet("/faults", (FaultSwitches faults) => faults.All.Select(one => new { one.Name, one.Description, IsOn = faults.IsOn(one.Name) }));
app.MapPost("/faults/{name}/on", (string name, FaultSwitches faults) => faults.Switch(name, on: true) ? Results.Ok() : Results.NotFound());
app.MapPost("/faults/{name}/off", (string name, FaultSwitches faults) => faults.Switch(name, on: false) ? Results.Ok() : Results.NotFound());

app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine($"ready pid={Environment.ProcessId} address={app.Urls.First()}"));
app.Run();
