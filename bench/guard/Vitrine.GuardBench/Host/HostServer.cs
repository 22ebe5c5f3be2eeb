using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Vitrine.Guard;

namespace Vitrine.GuardBench.Host;

/// <summary>The service that is measured: a page of its own, and Vitrine as <c>MapVitrine</c> gives it. Runs until its standard input ends.</summary>
static class HostServer
{
    /// <summary>Where the pages are when they are hidden.</summary>
    public const string HiddenPrefix = "/api/v2/_diag/";

    /// <param name="keyFile">The key of the callers' tokens.</param>
    /// <param name="isHidden">Whether the pages are behind <see cref="HiddenPrefix"/>.</param>
    public static void Run(string keyFile, bool isHidden)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static server => server.Listen(IPAddress.Loopback, 0));
        builder.Services.AddVitrine(options =>
        {
            options.Enabled = true;
            if (isHidden) options.Prefix = HiddenPrefix;
            options.Guard = new GuardOptions
            {
                Identity = { Jwt = new() { Issuer = "bench", Audiences = { "vitrine" }, KeyFiles = { keyFile } } },
                // One look for each caller and instrument: the next one is refused with 429. Strangers are answered with 401 however many there are.
                Limits = { RatePerMinute = 1, Burst = 1, FailedAttemptsBurst = 1_000_000, FailedAttemptsPerMinute = 1_000_000 },
                Switches = { Environment = "" },
            };
        });
        var app = builder.Build();
        app.MapGet("/work", static () => "done");
        app.MapVitrine();
        app.StartAsync().GetAwaiter().GetResult();
        Console.WriteLine(app.Urls.First());
        Console.In.ReadToEnd();
    }
}
