using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Vitrine.Doors.Tests.Support;

namespace Vitrine.AspNetCore.Tests.Access;

/// <summary>A service whose pages are behind a prefix: Go's paths are unknown paths, on the wire and inside.</summary>
public sealed class HiddenServiceTests : IDisposable
{
    const int Attempts = 3;

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vitrine-hidden-");
    readonly TestTokens _tokens = new();

    public void Dispose()
    {
        _tokens.Dispose();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public async Task DefaultPath_IsOneOfTheUnknownPaths_ByteForByte_AndTakesNoOtherRoute(bool withStatusPages)
    {
        var audit = Path.Combine(_folder.FullName, "audit.log");
        await using var service = await TestService.Start(
            options =>
            {
                options.Prefix = HiddenPaths.Prefix;
                _tokens.Configure(options.Guard);
                options.Guard.Audit.File = audit;
                options.Guard.Limits.FailedAttemptsBurst = Attempts;
                options.Guard.Limits.FailedAttemptsPerMinute = 1;
            },
            static builder => builder.WebHost.ConfigureKestrel(static server => server.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2)),
            app =>
            {
                if (withStatusPages) app.UseStatusCodePages();
                app.MapGet("/work", static () => "done");
            });
        var ports = service.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(static one => new Uri(one).Port).ToArray();
        using var matches = new EndpointMatches(ports);
        var (good, bad) = (("Authorization", _tokens.Bearer(["owner"])), ("Authorization", _tokens.Bearer(["owner"], key: new byte[32])));
        var before = new FileInfo(audit).Length;

        foreach (var method in HiddenPaths.Methods)
            foreach (var headers in ((string, string)[][])[[], [good], [bad], [("X-Forwarded-For", "10.1.2.3"), ("Origin", "https://evil.test"), ("Accept", "application/json")]])
            {
                var one = Assert.Single(await HiddenPaths.Answers(path => RawHttp.Http1(ports[0], method, path, headers)));
                Assert.StartsWith("HTTP/1.1 404 ", one, StringComparison.Ordinal);
                Assert.StartsWith("headers: ", Assert.Single(await HiddenPaths.Answers(path => RawHttp.Http2(ports[1], method, path, headers))), StringComparison.Ordinal);
            }

        // No route, no record, no attempt that counts, however bad the credentials were: the guard was never asked.
        Assert.Empty(matches.Paths);
        Assert.Equal(before, new FileInfo(audit).Length);
        for (var i = 0; i < Attempts; i++) Assert.StartsWith("HTTP/1.1 401 ", await RawHttp.Http1(ports[0], "GET", HiddenPaths.Prefix, bad), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 429 ", await RawHttp.Http1(ports[0], "GET", HiddenPaths.Prefix, bad), StringComparison.Ordinal);
        // That these would have shown it.
        Assert.Equal(Attempts + 1, matches.Paths.Count);
        Assert.True(new FileInfo(audit).Length > before);
    }

    [Fact]
    public async Task DefaultPath_AllocatesWhatAnUnknownPathDoes()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders();
        var server = new DirectServer();
        builder.Services.AddSingleton<IServer>(server);
        builder.AddVitrine(static options =>
        {
            (options.Enabled, options.Prefix) = (true, HiddenPaths.Prefix);
            options.Guard.Limits.FailedAttemptsBurst = 1_000_000;
        });
        await using var app = builder.Build();
        app.MapGet("/work", static () => "done");
        app.MapVitrine();
        await app.StartAsync();

        // Of the same length, so that copies of the path are.
        string[] paths = ["/debug/pprof/heap", "/nobody/has/this_", "/debug/other/heap", HiddenPaths.Prefix + "heap"];
        var least = Enumerable.Repeat(long.MaxValue, paths.Length).ToArray();
        // In turns, and the least of many: what the runtime or another test does beside it is in some of them, not in all.
        for (var turn = 0; turn < 2000; turn++)
            for (var i = 0; i < paths.Length; i++)
            {
                var (bytes, status) = server.Ask(paths[i]);
                Assert.Equal(i < 3 ? 404 : 403, status);
                if (turn >= 200) least[i] = Math.Min(least[i], bytes);
            }

        Assert.Equal(least[1], least[0]);
        Assert.Equal(least[2], least[0]);
        Assert.True(least[3] > least[0], $"a look that is refused allocates {least[3]} bytes, an unknown path {least[0]}");
    }

    /// <summary>A server without a network: a request is a call, on the thread of who asks.</summary>
    sealed class DirectServer : IServer
    {
        Func<FeatureCollection, Task>? _answer;

        public IFeatureCollection Features { get; } = new FeatureCollection();

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken) where TContext : notnull
        {
            _answer = async features =>
            {
                var context = application.CreateContext(features);
                await application.ProcessRequestAsync(context);
                application.DisposeContext(context, null);
            };
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        /// <summary>Bytes that the whole answer allocated, and its status.</summary>
        public (long Bytes, int Status) Ask(string path)
        {
            var response = new HttpResponseFeature();
            var features = new FeatureCollection();
            features.Set<IHttpRequestFeature>(new HttpRequestFeature { Method = "GET", Path = path, RawTarget = path, Protocol = "HTTP/1.1", Scheme = "http", Headers = new HeaderDictionary { ["Host"] = "localhost" } });
            features.Set<IHttpResponseFeature>(response);
            features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
            features.Set<IHttpConnectionFeature>(new HttpConnectionFeature { RemoteIpAddress = IPAddress.Parse("10.1.2.3") });
            var before = GC.GetAllocatedBytesForCurrentThread();
            var task = _answer!(features);
            var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(task.IsCompletedSuccessfully, task.Exception?.ToString());
            return (bytes, response.StatusCode);
        }

        public void Dispose()
        {
        }
    }
}
