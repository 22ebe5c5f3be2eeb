using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Vitrine.AspNetCore.Operations;
using Vitrine.DotNet.Custom;

namespace Vitrine.AspNetCore.Tests;

/// <summary>The examples that stand on the package's page are code that runs: this file contains them, line by line, and runs them.</summary>
public sealed class PackageReadmeTests
{
    static string ThisFile([CallerFilePath] string path = "") => path;

    static string[] Readme() => File.ReadAllLines(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "src", "Vitrine.AspNetCore", "README.md"));

    static IEnumerable<string> Examples(string language)
    {
        var inside = false;
        foreach (var line in Readme())
        {
            if (line.StartsWith("```", StringComparison.Ordinal)) inside = line == "```" + language;
            else if (inside && line.Length > 0) yield return line;
        }
    }

    [Fact]
    public void Readme_Examples_AreTheCodeBelow()
    {
        var here = File.ReadAllLines(ThisFile()).Select(static line => line.Trim()).ToHashSet();

        Assert.All(Examples("csharp"), line => Assert.Contains(line.Trim(), here));
        Assert.True(Examples("csharp").Count() >= 8);
    }

    [Fact]
    public async Task Readme_Examples_Run()
    {
        string[] args = ["--urls", "http://127.0.0.1:0"];
        var builder = WebApplication.CreateBuilder(args);
        builder.AddVitrine(options => options.Enabled = true);
        var connections = new CustomProfile("connections");       // as Go's pprof.NewProfile; in Vitrine.DotNet
        builder.Services.AddSingleton(connections);               // /debug/pprof/connections
        var log = new LogLines();
        builder.Logging.ClearProviders().AddProvider(log);

        var app = builder.Build();
        app.MapVitrine();

        await using (app)
        {
            await app.StartAsync();
            connections.Add(app);
            using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
            using var answer = await client.GetAsync("/debug/pprof/connections?debug=1");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.StartsWith("connections profile: total 1\n", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Import(app.Services.GetRequiredService<ILogger<PackageReadmeTests>>());
        }
        Assert.Contains(log.Lines, static line => line.Text == "begins" && line.Scopes["OperationId"].Length == 16);
    }

    static void Import(ILogger logger)
    {
        using (logger.BeginOperation("nightly import"))
            logger.LogInformation("begins");                      // with TraceId, OperationId and RequestStart, where scopes are shown
    }

    [Fact]
    public void Readme_Settings_AreThoseOfTheOptions()
    {
        using var json = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', Examples("json"))));
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddJsonStream(json).Build());
        services.AddLogging();
        services.AddVitrine(static options => options.Enabled = false);

        using var all = services.BuildServiceProvider();
        var options = all.GetRequiredService<IOptions<VitrineOptions>>().Value;

        Assert.True(options.Enabled);
        Assert.Equal((false, false, true), (options.IsOn("cmdline"), options.IsOn("trace"), options.IsOn("heap")));
        Assert.Equal(TimeSpan.FromMinutes(1), options.Guard.Limits.MaximumDuration);
        Assert.Equal("/var/lib/shop/panics", options.Panics.Folder);
        Assert.Equal(["Microsoft.AspNetCore.Hosting", "Vitrine.AspNetCore", "Shop*"], options.Metrics.Meters);
    }
}
