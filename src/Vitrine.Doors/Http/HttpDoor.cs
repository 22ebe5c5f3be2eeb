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

    /// <summary>Maps the profiles' pages and the switches. For every method: which of them there are is told only to who is let in.</summary>
    public void MapProfiles(IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        endpoints.Map(options.Route(options.Prefix), Index);
        endpoints.Map(options.Route(options.Prefix) + "{name}", Named);
    }

    /// <summary>Maps the metrics; null when they are nowhere. For every method, as the profiles: a status that tells that there is something comes after the guard.</summary>
    public IEndpointConventionBuilder? MapMetrics(IEndpointRouteBuilder endpoints) => options.MetricsPath.Length == 0 ? null : endpoints.Map(options.Route(options.MetricsPath), new MetricsEndpoint(desk, options, context => Answer(context, PageName.Metrics)).Get);

    /// <summary>Maps the page of expvar likewise; null when it is nowhere.</summary>
    public IEndpointConventionBuilder? MapVars(IEndpointRouteBuilder endpoints) => options.VarsPath.Length == 0 ? null : endpoints.Map(options.Route(options.VarsPath), context => Answer(context, PageName.Vars));

    async Task Index(HttpContext context)
    {
        using var answer = await Take(context, PageName.Index);
        // Links of the page are relative to it.
        if (answer.Status == LookStatus.Ok && IsRead(context) && context.Request.Path.Value is { } path && !path.EndsWith('/')) context.Response.Redirect($"{context.Request.PathBase}{path}/", permanent: true);
        else await Send(context, answer);
    }

    Task Named(HttpContext context)
    {
        var name = context.Request.RouteValues["name"] as string ?? "";
        // The pages that have paths of their own are there and nowhere else.
        if (name is PageName.Index or PageName.Metrics or PageName.Vars) name = "";
        return name == PageName.Switches && HttpMethods.IsPost(context.Request.Method) ? Turn(context) : Answer(context, name);
    }

    async Task Turn(HttpContext context)
    {
        var request = context.Request;
        using var answer = await desk.Turn(new(options.Name, Text("name"), Text("on"), Text("for"), Text("reason"), HttpCredentials.Of(context))
        {
            Problem = request.Headers.ContainsKey(HttpDoorOptions.SwitchHeader) ? "" : $"Send the header {HttpDoorOptions.SwitchHeader}: 1 with it, which no page of another site can.",
        }, context.RequestAborted);
        await HttpAnswers.Send(context, answer, options.SendTime);

        string Text(string name) => HttpQuery.First(request, name) ?? "";
    }

    async Task Answer(HttpContext context, string name)
    {
        // A recording answers late on purpose; a limit that the service set for its own requests is not meant for it.
        context.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
        using var answer = await Take(context, name);
        if (answer.Status == LookStatus.Ok && name == PageName.Symbol && context.Request.ContentLength > MaximumSymbolBytes) await HttpAnswers.Error(context, StatusCodes.Status413PayloadTooLarge, "too many addresses at once");
        else await Send(context, answer);
    }

    // Go's tool posts the addresses that it wants symbols of.
    static bool IsRead(HttpContext context) => HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)
        || HttpMethods.IsPost(context.Request.Method) && context.Request.RouteValues["name"] is PageName.Symbol;

    Task Send(HttpContext context, LookAnswer answer) => answer.Status != LookStatus.Ok || IsRead(context) ? HttpAnswers.Send(context, answer, options.SendTime) : HttpAnswers.NotAllowed(context);

    // Other methods are decided and recorded as the look that they name, and nothing is looked at.
    Task<LookAnswer> Take(HttpContext context, string name) => desk.Take(new(options.Name, options.ServiceOf(context), name, HttpQuery.Of(context.Request), HttpCredentials.Of(context))
    {
        Accept = context.Request.Headers.Accept.ToString(),
        IsHeadOnly = HttpMethods.IsHead(context.Request.Method) || !IsRead(context),
    }, context.RequestAborted);
}
