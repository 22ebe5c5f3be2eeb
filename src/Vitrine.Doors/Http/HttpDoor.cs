using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Vitrine.Doors.Looks;

namespace Vitrine.Doors.Http;

/// <summary>The pages of Go's net/http/pprof (src/net/http/pprof/pprof.go): its URLs, parameters, headers, status codes and, where they fit, words.</summary>
/// <param name="desk">Answers.</param>
/// <param name="options">Where.</param>
public sealed class HttpDoor(LookDesk desk, HttpDoorOptions options)
{
    // Bytes of addresses that one request for symbols may send; pprof sends them in pieces much smaller than this.
    const int MaximumSymbolBytes = 1 << 20;

    static readonly string[] s_read = [HttpMethods.Get, HttpMethods.Head];
    static readonly string[] s_readOrPost = [HttpMethods.Get, HttpMethods.Head, HttpMethods.Post];

    /// <summary>Maps the profiles' pages.</summary>
    public void MapProfiles(IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        endpoints.MapMethods(options.Prefix, s_read, Index);
        endpoints.MapMethods(options.Prefix + PageName.Symbol, s_readOrPost, Symbol);
        endpoints.MapMethods(options.Prefix + "{name}", s_read, Named);
    }

    /// <summary>Maps the metrics; null when they are nowhere.</summary>
    public IEndpointConventionBuilder? MapMetrics(IEndpointRouteBuilder endpoints) => options.MetricsPath.Length == 0 ? null : endpoints.MapMethods(options.MetricsPath, s_read, new MetricsEndpoint(desk, options).Get);

    /// <summary>Maps the page of expvar; null when it is nowhere.</summary>
    public IEndpointConventionBuilder? MapVars(IEndpointRouteBuilder endpoints) => options.VarsPath.Length == 0 ? null : endpoints.MapMethods(options.VarsPath, s_read, context => Answer(context, PageName.Vars));

    async Task Index(HttpContext context)
    {
        using var answer = await Take(context, PageName.Index);
        // Links of the page are relative to it.
        if (answer.Status == LookStatus.Ok && context.Request.Path.Value is { } path && !path.EndsWith('/')) context.Response.Redirect($"{context.Request.PathBase}{path}/", permanent: true);
        else await HttpAnswers.Send(context, answer);
    }

    async Task Symbol(HttpContext context)
    {
        using var answer = await Take(context, PageName.Symbol);
        if (answer.Status == LookStatus.Ok && context.Request.ContentLength > MaximumSymbolBytes) await HttpAnswers.Error(context, StatusCodes.Status413PayloadTooLarge, "too many addresses at once");
        else await HttpAnswers.Send(context, answer);
    }

    // The pages that have paths of their own are there and nowhere else.
    Task Named(HttpContext context) => Answer(context, context.Request.RouteValues["name"] is string name and not (PageName.Index or PageName.Metrics or PageName.Vars) ? name : "");

    async Task Answer(HttpContext context, string name)
    {
        // A recording answers late on purpose; a limit that the service set for its own requests is not meant for it.
        context.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
        using var answer = await Take(context, name);
        await HttpAnswers.Send(context, answer);
    }

    Task<LookAnswer> Take(HttpContext context, string name) => desk.Take(new(options.Name, options.Service, name, HttpQuery.Of(context.Request), HttpCredentials.Of(context))
    {
        Accept = context.Request.Headers.Accept.ToString(),
        IsHeadOnly = HttpMethods.IsHead(context.Request.Method),
    }, context.RequestAborted);
}
