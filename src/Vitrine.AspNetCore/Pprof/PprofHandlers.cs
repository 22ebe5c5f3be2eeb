using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.Hosting;
using Vitrine.AspNetCore.Access;
using Vitrine.DotNet;
using Vitrine.DotNet.Custom;
using Vitrine.Instruments;

namespace Vitrine.AspNetCore.Pprof;

/// <summary>The pages of Go's net/http/pprof (src/net/http/pprof/pprof.go): its URLs, parameters, headers, status codes and, where they fit, words.</summary>
sealed class PprofHandlers(InstrumentRegistry registry, Looks looks, IHostApplicationLifetime lifetime)
{
    // Bytes of addresses that one request for symbols may send; pprof sends them in pieces much smaller than this.
    const int MaximumSymbolBytes = 1 << 20;

    /// <summary><c>/debug/pprof/</c></summary>
    public Task Index(HttpContext context, VitrineOptions options)
    {
        // Links of the page are relative to it.
        if (context.Request.Path.Value is { } path && !path.EndsWith('/'))
        {
            context.Response.Redirect($"{context.Request.PathBase}{path}/", permanent: true);
            return Task.CompletedTask;
        }
        List<IndexEntry> entries =
        [
            new("cmdline", "The command line of this process, its arguments separated by NUL bytes"),
            new("symbol", "Maps program counters to function names; profiles from here carry their names already"),
        ];
        foreach (var instrument in registry.All)
            entries.Add(new(instrument.Name == "cpu" ? "profile" : instrument.Name, Describe(instrument, options), (instrument as CustomProfile)?.Count));
        return PlainText.Write(context, Encoding.UTF8.GetBytes(IndexPage.Of(entries, registry.TryGet("goroutine", out _))), "text/html; charset=utf-8");
    }

    /// <summary><c>/debug/pprof/cmdline</c></summary>
    public static Task CommandLine(HttpContext context, VitrineOptions options) =>
        options.IsOn("cmdline") ? PlainText.Write(context, string.Join('\0', Environment.GetCommandLineArgs())) : SwitchedOff(context, "cmdline");

    /// <summary><c>/debug/pprof/symbol</c>: none, because addresses of compiled methods mean nothing a moment later; every profile from here names its functions.</summary>
    public static async Task Symbol(HttpContext context, VitrineOptions options)
    {
        if (!options.IsOn("symbol"))
        {
            await SwitchedOff(context, "symbol");
            return;
        }
        if (context.Request.ContentLength > MaximumSymbolBytes)
        {
            await PlainText.Error(context, StatusCodes.Status413PayloadTooLarge, "too many addresses at once");
            return;
        }
        await PlainText.Write(context, "num_symbols: 0\n");
    }

    /// <summary><c>/debug/pprof/NAME</c></summary>
    public async Task Named(HttpContext context, VitrineOptions options)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        var name = context.Request.RouteValues["name"] as string ?? "";
        if (!registry.TryGet(name == "profile" ? "cpu" : name, out var instrument))
        {
            await PlainText.Error(context, StatusCodes.Status404NotFound, name is "profile" or "trace" ? $"Unknown profile: nothing here records {name}" : "Unknown profile");
            return;
        }
        if (!options.IsOn(name) || !options.IsOn(instrument.Name))
        {
            await SwitchedOff(context, name);
            return;
        }
        if (HttpMethods.IsHead(context.Request.Method)) return;   // nobody waits thirty seconds for nothing
        // A recording answers late on purpose; a limit that the service set for its own requests is not meant for it.
        context.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
        try
        {
            await Answer(context, options, name, instrument);
        }
        catch (LookRefusedException e)
        {
            if (e.Status == StatusCodes.Status429TooManyRequests) context.Response.Headers.RetryAfter = "1";
            await PlainText.Error(context, e.Status, e.Message);
        }
        catch (InstrumentUnavailableException e)
        {
            var advice = e.Advice.Length > 0 ? " " + e.Advice : "";
            if (instrument is IProfileRecorder && !context.Request.Query.ContainsKey("seconds"))
                advice += $" Here: ask with ?seconds=10, or set {VitrineOptions.Section}:{nameof(VitrineOptions.Continuous)}:{instrument.Name} for looks without it.";
            await PlainText.Error(context, StatusCodes.Status500InternalServerError, $"Could not enable {(name == "profile" ? "CPU profiling" : name)}: {e.Message}{advice}");
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller is gone: there is nobody to answer.
        }
    }

    async Task Answer(HttpContext context, VitrineOptions options, string name, IInstrument instrument)
    {
        var query = PprofQuery.Of(context.Request);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        var token = stop.Token;
        var outcome = await LookThread.Run(() => looks.Take(instrument, name, query, options, token));
        await using var file = outcome.File;
        if (context.RequestAborted.IsCancellationRequested) return;
        if (outcome.FileName is { } fileName) context.Response.Headers.ContentDisposition = $"attachment; filename=\"{fileName}\"";
        if (file is null)
        {
            await PlainText.Write(context, outcome.Bytes, outcome.ContentType);
            return;
        }
        context.Response.ContentType = outcome.ContentType;
        context.Response.ContentLength = file.Length;
        await file.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    static string Describe(IInstrument instrument, VitrineOptions options) =>
        options.IsOn(instrument.Name) ? IndexPage.Describe(instrument, SelfTarget.Instance) : $"{instrument.Description} – switched off ({VitrineOptions.Section}:{nameof(VitrineOptions.Profiles)}:{instrument.Name})";

    static Task SwitchedOff(HttpContext context, string name) =>
        PlainText.Error(context, StatusCodes.Status403Forbidden, $"The profile {name} is switched off in this service ({VitrineOptions.Section}:{nameof(VitrineOptions.Profiles)}:{name}).");
}
