using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Vitrine.Agent.Gate.Configuration;

namespace Vitrine.Agent.Tests.Gate.Pages;

/// <summary>The page of expvar of a real Go service, as the gate gives it and as the service does.</summary>
public sealed class VarsPageTests
{
    [Fact]
    public async Task Get_OfARealService_HasWhatTheServiceGivesBesideItsCommandLine()
    {
        using var service = IndiscreetService.Start(vars: new Dictionary<string, string> { ["region"] = "north", ["quoted \"name\""] = "a<b> \u00e9" });
        await using var gate = await RunningGate.Start(service.Guarded);

        var own = JsonDocument.Parse(await service.Own.GetStringAsync("/debug/vars")).RootElement;
        using var answer = await gate.Client.GetAsync("/debug/vars");
        var guarded = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;

        Assert.Equal("application/json; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("forwarded", Assert.Single(answer.Headers.GetValues("Vitrine-Source")));
        Assert.Contains("cmdline", Names(own));
        Assert.Equal(Names(own).Where(static name => name != "cmdline"), Names(guarded));
        foreach (var variable in own.EnumerateObject().Where(static one => one.Name != "cmdline"))
        {
            if (variable.Name == "memstats") Assert.Equal(Shape(variable.Value), Shape(guarded.GetProperty(variable.Name)));
            // What the service counts does not move by itself.
            else Assert.Equal(variable.Value.GetRawText(), guarded.GetProperty(variable.Name).GetRawText());
        }
    }

    [Fact]
    public async Task Get_OfARealService_IsTheServicesMomentAndNotOneOfBefore()
    {
        using var service = IndiscreetService.Start();
        await using var gate = await RunningGate.Start(service.Guarded);
        async Task<ulong> Mallocs(HttpClient client, string path) => JsonDocument.Parse(await client.GetStringAsync(path)).RootElement.GetProperty("memstats").GetProperty("Mallocs").GetUInt64();

        var before = await Mallocs(service.Own, "/debug/vars");
        var guarded = await Mallocs(gate.Client, "/debug/vars");
        var after = await Mallocs(service.Own, "/debug/vars");

        Assert.InRange(guarded, before, after);
    }

    [Theory]
    [InlineData("00:00:00", 3)]
    [InlineData("01:00:00", 1)]
    public async Task Get_AgainAndAgain_AsksTheServiceOnceInAnInterval(string interval, int asked)
    {
        await using var service = Forwarding.RawServer.Sending("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
        var options = new GateOptions { Upstreams = { ["shop"] = new() { Forward = service.Address, VarsInterval = TimeSpan.Parse(interval, CultureInfo.InvariantCulture) } }, Listeners = { new() { Address = "127.0.0.1:0" } } };
        await using var gate = await RunningGate.Start(() => options);

        for (var i = 0; i < 3; i++) await gate.Client.GetStringAsync("/debug/vars");

        Assert.Equal(asked, service.Requests.Count);
    }

    [Fact]
    public async Task Get_AfterAFailure_AsksAgainSoon_HoweverLongTheInterval()
    {
        var asked = 0;
        await using var service = Forwarding.RawServer.Start(async (stream, end) => await stream.WriteAsync(Encoding.Latin1.GetBytes(
            Interlocked.Increment(ref asked) == 1 ? "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n" : "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 7\r\n\r\n{\"a\":1}"), end));
        var options = new GateOptions { Upstreams = { ["shop"] = new() { Forward = service.Address, VarsInterval = TimeSpan.FromHours(1) } }, Listeners = { new() { Address = "127.0.0.1:0" } } };
        await using var gate = await RunningGate.Start(() => options);
        using (var failed = await gate.Client.GetAsync("/debug/vars")) Assert.False(failed.IsSuccessStatusCode);

        for (var waited = Stopwatch.StartNew(); ;)
        {
            using var answer = await gate.Client.GetAsync("/debug/vars");
            if (answer.IsSuccessStatusCode) break;
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30), "the failure is kept");
            await Task.Delay(100);
        }
    }

    [Theory]
    [InlineData("-00:00:01", true)]
    [InlineData("01:00:01", true)]
    [InlineData("01:00:00", false)]
    public void Check_OfTheInterval_NamesTheKey(string interval, bool isRefused)
    {
        var options = new GateOptions { Upstreams = { ["shop"] = new() { Pid = 1, VarsInterval = TimeSpan.Parse(interval, CultureInfo.InvariantCulture) } }, Listeners = { new() { Address = "127.0.0.1:0" } } };

        var problems = Record.Exception(() => GateSettings.Check(options, "test")) is GateSettingsException e ? e.Problems : [];

        Assert.Equal(isRefused ? ["Upstreams:shop:VarsInterval"] : [], problems.Select(static one => one.Split(' ')[0]));
    }

    static IEnumerable<string> Names(JsonElement page) => page.EnumerateObject().Select(static one => one.Name);

    /// <summary>Names and kinds all the way down, without values: pauses and sizes move between two questions. Of a list its first element counts for all.</summary>
    static string Shape(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => $"{{{string.Join(',', value.EnumerateObject().Select(static one => $"{one.Name}:{Shape(one.Value)}"))}}}",
        JsonValueKind.Array => $"[{value.GetArrayLength()}x{(value.GetArrayLength() > 0 ? Shape(value[0]) : "")}]",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        var kind => kind.ToString(),
    };
}
