using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Vitrine.DotNet.Custom;
using Vitrine.Instruments;
using Vitrine.TestTargets;

namespace Vitrine.AspNetCore.Tests.Pprof;

/// <summary>The programs that people have read these pages as those of a Go service.</summary>
public sealed partial class GoToolTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vitrine-pprof-");
    readonly CustomProfile _connections = new("connections");

    public void Dispose()
    {
        _connections.Dispose();
        _folder.Delete(recursive: true);
    }

    void OpenConnection(int number) => _connections.Add(number);

    Task<TestService> Start() => TestService.Start(build: builder =>
    {
        builder.Services.AddSingleton(_connections);
        builder.Services.AddSingleton<IInstrument>(new TestRecorder("cpu"));
    });

    Task<string> Pprof(params string[] arguments) => GoTool.Run(_folder.FullName, arguments);

    [Fact]
    public async Task Top_Traces_DiffBase_OfAUrl_ShowWhatIsThere()
    {
        for (var i = 0; i < 7; i++) OpenConnection(i);
        await using var service = await Start();
        var url = $"{service.Address}debug/pprof/connections";

        var top = await Pprof("-top", url);
        Assert.Matches(@"\b7 +100% +100% +7 +100% +.*GoToolTests\.OpenConnection", top);
        Assert.Contains("GoToolTests.OpenConnection", await Pprof("-traces", url), StringComparison.Ordinal);

        await Pprof("-proto", "-output", Path.Combine(_folder.FullName, "before.pb.gz"), url);
        for (var i = 7; i < 9; i++) OpenConnection(i);
        Assert.Matches(@"\b2 +28\.57% +28\.57% +2 +28\.57% +.*GoToolTests\.OpenConnection", await Pprof("-top", "-diff_base", Path.Combine(_folder.FullName, "before.pb.gz"), url));
    }

    [Fact]
    public async Task Seconds_AreWaitedFor_AsForAGoService()
    {
        await using var service = await Start();

        Assert.Matches(@"99ns .*Hot", await Pprof("-top", "-unit", "ns", $"{service.Address}debug/pprof/profile?seconds=1"));
        // Its own option becomes the parameter.
        Assert.Contains("Whole", await Pprof("-traces", "-seconds", "1", $"{service.Address}debug/pprof/profile"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Errors_AreShownToItsUser()
    {
        await using var service = await Start();

        Assert.Contains("404 Not Found - Unknown profile", await GoTool.Fail(_folder.FullName, "-top", $"{service.Address}debug/pprof/nothing"), StringComparison.Ordinal);
        Assert.Contains("400 Bad Request - A look may watch for at most 30 seconds here", await GoTool.Fail(_folder.FullName, "-top", $"{service.Address}debug/pprof/profile?seconds=301"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Http_ShowsItsPages()
    {
        OpenConnection(1);
        await using var service = await Start();
        using var web = GoTool.Start(_folder.FullName, "-http", $"127.0.0.1:{FreePort()}", "-no_browser", $"{service.Address}debug/pprof/connections");
        try
        {
            string? address = null;
            while (address is null && await web.StandardError.ReadLineAsync().WaitAsync(Wait.Limit) is { } line)
                address = Serving().Match(line) is { Success: true } match ? match.Groups["address"].Value : null;
            using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Wait.Limit };

            foreach (var page in (string[])["top", "flamegraph", "peek?f=OpenConnection"])
                Assert.Contains("OpenConnection", await client.GetStringAsync($"{address}/ui/{page}"), StringComparison.Ordinal);
        }
        finally
        {
            // The tool that "go tool" starts ends with it.
            web.Kill(entireProcessTree: true);
            await web.WaitForExitAsync();
        }
    }

    static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }

    [GeneratedRegex(@"Serving web UI on (?<address>http://\S+)")]
    private static partial Regex Serving();
}
