using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Vitrine.Instruments;
using Vitrine.Pprof.Wire;

namespace Vitrine.AspNetCore.Tests.Pprof;

/// <summary>
/// What the collectors of continuous profiles ask for by themselves, and what they want of an answer: Alloy's and the Grafana Agent's <c>pyroscope.scrape</c> (the same five, <c>seconds</c> of the interval less one for
/// the CPU) and Parca (<c>seconds</c> of the interval, which it may say several times). Both refuse empty answers and other statuses; Alloy also other kinds than application/octet-stream.
/// </summary>
[Collection(nameof(Alone))]
public sealed class ScraperTests
{
    [Theory]
    [InlineData("/debug/pprof/allocs"), InlineData("/debug/pprof/block"), InlineData("/debug/pprof/goroutine"), InlineData("/debug/pprof/mutex")]
    [InlineData("/debug/pprof/profile?seconds=1"), InlineData("/debug/pprof/profile?seconds=1&seconds=10&seconds=10")]
    public async Task Get_WhatACollectorAsksFor_IsWhatItTakes(string path)
    {
        await using var service = await TestService.Start(static options =>
        {
            foreach (var name in (string[])["heap", "mutex", "block"]) options.Continuous[name] = true;
        }, static builder =>
        {
            foreach (var name in (string[])["allocs", "block", "goroutine", "mutex"])
                if (!s_real.Contains(name)) builder.Services.AddSingleton<IInstrument>(new GrowingProfile(name));
            if (!s_real.Contains("cpu")) builder.Services.AddSingleton<IInstrument>(new TestRecorder("cpu"));
        });

        using var answer = await service.Get(path, ("User-Agent", "Alloy/v1.5")).WaitAsync(s_patience + s_patience);   // twice: the machine may be busy
        var body = await answer.Content.ReadAsByteArrayAsync();

        Assert.True(answer.StatusCode == HttpStatusCode.OK, System.Text.Encoding.UTF8.GetString(body));
        Assert.Equal("application/octet-stream", answer.Content.Headers.ContentType?.ToString());
        Assert.Empty(answer.Content.Headers.ContentEncoding);
        Assert.Equal([0x1f, 0x8b], body[..2]);
        Assert.NotEmpty(ProfileReader.Read(body).SampleTypes);
    }

    /// <summary>What Prometheus and the collectors of profiles wait for an answer when they do not say how long it should take.</summary>
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Get_AnyPageOfTheIndex_WithTheTwoLinesOnly_AnswersBeforeACollectorGivesUp()
    {
        await using var service = await TestService.Start(static options => options.Guard.Limits.Looks = 4);
        // Told how long by whoever asks are the CPU profile and the trace only. A collector asks for its four at once.
        var asked = service.Services.GetRequiredService<InstrumentRegistry>().All.Where(static one => one.Name is not ("cpu" or "trace"));
        await Parallel.ForEachAsync(asked, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (instrument, stop) =>
        {
            var took = TimeSpan.MaxValue;
            // On a machine with much else to do the first time need not be the instrument's own.
            for (var i = 0; i < 3 && took > s_patience; i++)
            {
                var begun = Stopwatch.GetTimestamp();
                using var answer = await service.Get($"/debug/pprof/{instrument.Name}");
                var body = await answer.Content.ReadAsByteArrayAsync(stop);
                took = Stopwatch.GetElapsedTime(begun);
                Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{instrument.Name}: {System.Text.Encoding.UTF8.GetString(body)}");
                if (instrument is IProfileRecorder) Assert.NotEmpty(ProfileReader.Read(body).SampleTypes);
                if (instrument is IProfileRecorder and (ICumulativeInstrument or IFlowRecorder))
                    Assert.Contains(ProfileReader.Read(body).Comments, static one => one.StartsWith("Recorded for 3 s, because the request named no seconds.", StringComparison.Ordinal));
            }
            Assert.True(took < s_patience, $"{instrument.Name} answered after {took.TotalSeconds:0.0} s");
        });
    }

    // What this process has by itself is asked as it is; the others are stood in for.
    static readonly HashSet<string> s_real = [.. DotNet.DotNetInstruments.AddTo(new InstrumentRegistry()).All.Select(static one => one.Name)];

    [Fact]
    public async Task ScrapeLoop_DoesNotGrowTheService()
    {
        await using var service = await TestService.Start(build: static builder => builder.Services.AddSingleton<IInstrument>(new GrowingProfile("grows")));
        string[] paths = ["/metrics", "/debug/pprof/", "/debug/pprof/grows", "/debug/pprof/grows?debug=1", "/debug/pprof/runtime", "/debug/pprof/nothing"];

        async Task<long> LiveAfter(int rounds)
        {
            for (var i = 0; i < rounds; i++)
            {
                foreach (var path in paths)
                    (await service.Get(path)).Dispose();
            }
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            return GC.GetTotalMemory(forceFullCollection: true);
        }

        await LiveAfter(30);
        // The least of a few: other tests allocate at the same time, and what they hold is gone again.
        long before = long.MaxValue, after = long.MaxValue;
        for (var i = 0; i < 3; i++) before = Math.Min(before, await LiveAfter(5));
        for (var i = 0; i < 3; i++) after = Math.Min(after, await LiveAfter(100));

        // 1,800 requests: a hundred bytes that each leaves behind would show as 180 KB.
        Assert.True(after - before < 180_000, $"{after - before} bytes more are live after 1,800 requests");
    }
}
