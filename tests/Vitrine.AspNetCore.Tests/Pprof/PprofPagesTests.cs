using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Vitrine.DotNet.Custom;
using Vitrine.Instruments;
using Vitrine.Pprof;
using Vitrine.Pprof.Wire;

namespace Vitrine.AspNetCore.Tests.Pprof;

public sealed class PprofPagesTests
{
    static Task<TestService> Start(params IInstrument[] instruments) => TestService.Start(build: builder =>
    {
        foreach (var one in instruments) builder.Services.AddSingleton(one);
    });

    static async Task<Profile> ReadProfile(TestService service, string path) => ProfileReader.Read(await service.Client.GetByteArrayAsync(path));

    static long ValueOf(Profile profile, string function) => profile.Samples.Where(sample => profile.FunctionsOf(sample).Any(one => one.Name == function)).Sum(static sample => sample.Values[0]);

    [Fact]
    public async Task Index_ListsEveryInstrumentWithItsDescription_AndCountsCustomProfiles()
    {
        using var connections = new CustomProfile("connections");
        connections.Add(new object());
        await using var service = await TestService.Start(build: builder =>
        {
            builder.Services.AddSingleton(connections);
            builder.Services.AddSingleton<IInstrument>(new TestFigures("figures"));
        });

        using var answer = await service.Get("/debug/pprof/");
        var page = await answer.Content.ReadAsStringAsync();

        Assert.Equal("text/html; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Contains("<td>1</td><td><a href=\"connections?debug=1\">connections</a>", page, StringComparison.Ordinal);
        Assert.Contains("made up &lt;figures&gt;", page, StringComparison.Ordinal);
        foreach (var name in (string[])["async", "cmdline", "memstats", "runtime", "symbol"])
            Assert.Contains($"href=\"{name}?debug=1\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Index_WithoutItsLastSlash_IsSentThere()
    {
        await using var service = await Start();

        using var answer = await service.Get("/debug/pprof");

        Assert.Equal(HttpStatusCode.MovedPermanently, answer.StatusCode);
        Assert.Equal("/debug/pprof/", answer.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task CommandLine_IsThatOfTheProcess()
    {
        await using var service = await Start();

        var (own, shown) = (Environment.GetCommandLineArgs(), (await service.GetText("/debug/pprof/cmdline")).Split('\0'));

        // The folders of a binary are the machine's business.
        Assert.Equal("‹path›/" + Path.GetFileName(own[0]), shown[0]);
        Assert.Equal(own[1..], shown[1..]);
    }

    [Fact]
    public async Task Symbol_SaysThatThereAreNone()
    {
        await using var service = await Start();

        Assert.Equal("num_symbols: 0\n", await service.GetText("/debug/pprof/symbol?0x1234"));
        using var posted = await service.Client.PostAsync("/debug/pprof/symbol", new StringContent("0x1234+0x5678"));
        Assert.Equal("num_symbols: 0\n", await posted.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/debug/pprof/nothing", HttpStatusCode.NotFound, "Unknown profile")]
    [InlineData("/debug/pprof/grows?seconds=0", HttpStatusCode.BadRequest, "invalid value for \"seconds\" - must be a positive integer")]
    [InlineData("/debug/pprof/grows?seconds=-3", HttpStatusCode.BadRequest, "invalid value for \"seconds\" - must be a positive integer")]
    [InlineData("/debug/pprof/grows?seconds=1.5", HttpStatusCode.BadRequest, "invalid value for \"seconds\" - must be a positive integer")]
    [InlineData("/debug/pprof/grows?seconds=1&debug=1", HttpStatusCode.BadRequest, "seconds and debug params are incompatible")]
    [InlineData("/debug/pprof/grows?seconds=99999999999999", HttpStatusCode.BadRequest, "at most 30 seconds here")]
    [InlineData("/debug/pprof/grows?seconds=31", HttpStatusCode.BadRequest, "at most 30 seconds here")]
    [InlineData("/debug/pprof/cpu?seconds=1&rate=50", HttpStatusCode.BadRequest, "invalid value for \"rate\" - one of 19, 99")]
    [InlineData("/debug/pprof/file?seconds=0.25&raw=1", HttpStatusCode.InternalServerError, "Could not enable file: the disk of the test is full. Empty it.")]
    [InlineData("/debug/pprof/file?seconds=0.25", HttpStatusCode.Forbidden, "file is a format from which secrets cannot be taken out")]
    [InlineData("/debug/pprof/absent", HttpStatusCode.NotImplemented, "There is no profile absent here: not on Tuesdays.")]
    public async Task Named_WhatCannotBe_IsAnsweredAsGoDoes(string path, HttpStatusCode status, string message)
    {
        await using var service = await TestService.Start(static options => options.Guard.Policy.Roles["owner"] = ["pprof:read:*", "pprof:raw:file"], static builder =>
        {
            foreach (var one in (IInstrument[])[new GrowingProfile("grows"), new TestRecorder("cpu"), new TestFileRecorder("file"), new GrowingProfile("absent") { Available = Availability.No("not on Tuesdays") }])
                builder.Services.AddSingleton(one);
        });

        using var answer = await service.Get(path);

        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(message, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("text/plain; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("1", answer.Headers.GetValues("X-Go-Pprof").Single());
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Null(answer.Content.Headers.ContentDisposition);
    }

    [Fact]
    public async Task Snapshot_HasGosHeaders_AndReadsBack()
    {
        await using var service = await Start(new GrowingProfile("grows"));

        using var answer = await service.Get("/debug/pprof/grows");

        Assert.Equal("application/octet-stream", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("attachment; filename=\"grows\"", answer.Content.Headers.ContentDisposition?.ToString());
        Assert.Equal(5, ValueOf(ProfileReader.Read(await answer.Content.ReadAsByteArrayAsync()), "Steady"));
    }

    [Fact]
    public async Task Snapshot_WithSeconds_IsWhatChanged()
    {
        await using var service = await Start(new GrowingProfile("grows"));

        using var answer = await service.Get("/debug/pprof/grows?seconds=1");
        var change = ProfileReader.Read(await answer.Content.ReadAsByteArrayAsync());

        Assert.Equal("attachment; filename=\"grows-delta\"", answer.Content.Headers.ContentDisposition?.ToString());
        Assert.Equal(1, ValueOf(change, "Leak"));
        Assert.Equal(0, ValueOf(change, "Steady"));
        Assert.InRange(change.DurationNanos, 1_000_000_000, 60_000_000_000);
        Assert.InRange(change.TimeNanos / 1e9, DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 60, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1);
    }

    [Theory]
    [InlineData("profile?seconds=1", 1), InlineData("profile?seconds=1&seconds=7", 1), InlineData("cpu?seconds=2", 2)]
    public async Task Recorder_WatchesAsLongAsItIsTold(string path, int seconds)
    {
        var cpu = new TestRecorder("cpu");
        await using var service = await Start(cpu);

        var profile = await ReadProfile(service, "/debug/pprof/" + path);

        Assert.Equal(TimeSpan.FromSeconds(seconds), cpu.Asked);
        Assert.Equal(1, ValueOf(profile, "Whole"));
    }

    [Theory]
    [InlineData("profile"), InlineData("profile?seconds=nonsense"), InlineData("profile?seconds=-1")]
    public async Task CpuProfile_NotToldHowLong_TakesThirtySeconds_AndEndsInOrderWhenTheCallerGoes(string path)
    {
        var cpu = new TestRecorder("cpu");
        await using var service = await Start(cpu);
        using var gone = new CancellationTokenSource();

        var asked = service.Client.GetAsync("/debug/pprof/" + path, gone.Token);
        Assert.True(await cpu.Started.WaitAsync(TimeSpan.FromSeconds(30)));
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);

        Assert.Equal(TimeSpan.FromSeconds(30), cpu.Asked);
        Assert.True(await cpu.Ended.Task.WaitAsync(TimeSpan.FromSeconds(20)), "the recording was not stopped");
        // And its place is free again.
        await Wait.Until(async () => (await service.Get("/debug/pprof/profile?seconds=1")).StatusCode == HttpStatusCode.OK, "a second recording");
    }

    [Fact]
    public async Task Recorder_TwoAtOnce_TheSecondIsToldToComeAgain_OrAsGoDoesWhereTheGuardAllowsMore()
    {
        var cpu = new TestRecorder("cpu");
        await using var service = await Start(cpu);
        var begun = service.Get("/debug/pprof/profile?seconds=2");
        Assert.True(await cpu.Started.WaitAsync(TimeSpan.FromSeconds(30)));
        using var refused = await service.Get("/debug/pprof/profile?seconds=1");
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 3);
        Assert.Equal("1", refused.Headers.GetValues("X-Go-Pprof").Single());
        (await begun).Dispose();

        service.Configure("Vitrine:Guard:Limits:RecordingsPerInstrument", "2");

        var first = service.Get("/debug/pprof/profile?seconds=2");
        Assert.True(await cpu.Started.WaitAsync(TimeSpan.FromSeconds(30)));
        using var second = await service.Get("/debug/pprof/profile?seconds=1");

        Assert.Equal(HttpStatusCode.InternalServerError, second.StatusCode);
        Assert.Equal("Could not enable CPU profiling: cpu profiling already in use\n", await second.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, (await first).StatusCode);
    }

    [Fact]
    public async Task Looks_MoreThanThereMayBe_AreToldToComeAgain()
    {
        var cpu = new TestRecorder("cpu");
        await using var service = await TestService.Start(static options => options.Guard.Limits.Looks = 1, builder => builder.Services.AddSingleton<IInstrument>(cpu));

        var first = service.Get("/debug/pprof/profile?seconds=2");
        Assert.True(await cpu.Started.WaitAsync(TimeSpan.FromSeconds(30)));
        using var second = await service.Get("/debug/pprof/runtime");

        Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await first).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await service.Get("/debug/pprof/runtime")).StatusCode);
    }

    [Fact]
    public async Task Recorder_ServiceEnds_ItsCallerGetsWhatWasSeenUntilThen()
    {
        var cpu = new TestRecorder("cpu");
        var service = await TestService.Start(static options => options.Guard.Limits.MaximumDuration = TimeSpan.FromMinutes(5), builder => builder.Services.AddSingleton<IInstrument>(cpu));
        var asked = service.Client.GetByteArrayAsync("/debug/pprof/profile?seconds=200");
        Assert.True(await cpu.Started.WaitAsync(TimeSpan.FromSeconds(30)));

        var begun = Stopwatch.GetTimestamp();
        service.Services.GetRequiredService<Microsoft.Extensions.Hosting.IHostApplicationLifetime>().StopApplication();
        var profile = ProfileReader.Read(await asked.WaitAsync(TimeSpan.FromSeconds(60)));

        Assert.Equal(1, ValueOf(profile, "Stopped"));
        Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(60));
        await service.DisposeAsync();
    }

    [Fact]
    public async Task Recorder_Rate_IsPassedOn()
    {
        await using var service = await Start(new TestRecorder("cpu"));

        Assert.Equal(19, ValueOf(await ReadProfile(service, "/debug/pprof/profile?seconds=1&rate=19"), "Hot"));
    }

    [Fact]
    public async Task File_ArrivesWhole_UnderItsName()
    {
        await using var service = await TestService.Start(static options => options.Guard.Policy.Roles["owner"] = ["pprof:read:*", "pprof:raw:trace"], static builder => builder.Services.AddSingleton<IInstrument>(new TestFileRecorder("trace")));

        // Nothing can be taken out of it: it is for who may have everything.
        Assert.Equal(HttpStatusCode.Forbidden, (await service.Get("/debug/pprof/trace?seconds=0.1")).StatusCode);
        using var answer = await service.Get("/debug/pprof/trace?seconds=0.1&raw=1");

        Assert.Equal("begin end", await answer.Content.ReadAsStringAsync());
        Assert.Equal("application/x-test", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("attachment; filename=\"trace.test\"", answer.Content.Headers.ContentDisposition?.ToString());
        // The last byte is on its way before the file is deleted.
        Assert.True(SpinWait.SpinUntil(static () => Directory.GetFiles(Path.GetTempPath(), "vitrine-*.test").Length == 0, TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Figures_AreJson_OrText_AndWhatIsUnknownSaysWhy()
    {
        await using var service = await TestService.Start(static options => options.Guard.Redaction.AllowLabels.Add("colour"), static builder => builder.Services.AddSingleton<IInstrument>(new TestFigures("figures")));

        using var json = System.Text.Json.JsonDocument.Parse(await service.GetText("/debug/pprof/figures"));
        var measurements = json.RootElement.GetProperty("measurements");
        Assert.Equal(42, measurements[0].GetProperty("value").GetDouble());
        Assert.Equal("blue", measurements[0].GetProperty("attributes").GetProperty("colour").GetString());
        Assert.Equal("nobody looked", measurements[1].GetProperty("unknown").GetString());
        Assert.Equal("# test.size{colour=\"blue\"} = 42 By\n# test.missing = unknown (nobody looked)\n# A note.\n", await service.GetText("/debug/pprof/figures?debug=1"));
    }

    [Fact]
    public async Task Events_AreOneJsonObjectALine()
    {
        await using var service = await Start(new TestEvents("happenings"));

        var lines = (await service.GetText("/debug/pprof/happenings?seconds=0.2")).TrimEnd('\n').Split('\n');

        Assert.Equal(3, lines.Length);
        Assert.Contains("\"duration_ns\":2000000", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Debug_OneIsGosText_TwoIsTheInstrumentsOwn()
    {
        await using var service = await TestService.Start(static options => options.Guard.Limits.MinimumIntervals["goroutine"] = TimeSpan.Zero,
            static builder => builder.Services.AddSingleton<IInstrument>(new TestDump("goroutine")));

        var grouped = await service.GetText("/debug/pprof/goroutine?debug=1");
        Assert.StartsWith("goroutine profile: total 1\n1 @ 0x0\n#\t0x0\tMain\tMain.cs:7\n", grouped, StringComparison.Ordinal);
        Assert.Equal("thread 1 [running]:\nMain(...)\n", await service.GetText("/debug/pprof/goroutine?debug=2"));
    }

    [Fact]
    public async Task Head_OfARecorder_DoesNotWait()
    {
        var cpu = new TestRecorder("cpu");
        await using var service = await Start(cpu);

        using var answer = await service.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/debug/pprof/profile"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Null(cpu.Asked);
    }

    [Fact]
    public async Task Requests_OfVitrineItself_AreNotAmongTheServicesOwn()
    {
        await using var service = await TestService.Start(routes: static app => app.MapGet("/work", () => "done"));
        await service.GetText("/work");
        await service.GetText("/debug/pprof/runtime");

        await Wait.Until(async () => (await service.GetText("/metrics")).Contains("http_route=\"/work\"", StringComparison.Ordinal), "the request is counted");
        Assert.DoesNotContain("http_route=\"/debug", await service.GetText("/metrics"), StringComparison.Ordinal);
    }
}
