using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Vitrine.AspNetCore.Access;

/// <summary>What the service's own settings say, before the guard is asked.</summary>
sealed class Door(IOptionsMonitor<VitrineOptions> options)
{
    int _looks;

    /// <summary>Puts an endpoint behind the door.</summary>
    public void Guard(EndpointBuilder endpoint)
    {
        var inner = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = context => Enter(context, inner);
    }

    async Task Enter(HttpContext context, RequestDelegate inner)
    {
        var now = options.CurrentValue;
        var name = context.Request.RouteValues["name"] as string ?? (context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: var path } && path == now.Metrics.Path ? "metrics" : null);
        if (CallerCheck.Refusal(context, now) is { } reason)
            await PlainText.Error(context, StatusCodes.Status403Forbidden, reason);
        else if (name is not null && (!now.IsOn(name) || name == "profile" && !now.IsOn("cpu")))
            await PlainText.Error(context, StatusCodes.Status403Forbidden, $"The profile {name} is switched off in this service ({VitrineOptions.Section}:{nameof(VitrineOptions.Profiles)}:{name}).");
        else if (context.Request.Query["seconds"] is [{ } text, ..] && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds > now.MaximumSeconds)
            await PlainText.Error(context, StatusCodes.Status400BadRequest, $"invalid value for \"seconds\" - at most {now.MaximumSeconds} here ({VitrineOptions.Section}:{nameof(VitrineOptions.MaximumSeconds)})");
        else
            await Look(context, inner, now);
    }

    async Task Look(HttpContext context, RequestDelegate inner, VitrineOptions now)
    {
        try
        {
            if (Interlocked.Increment(ref _looks) <= now.MaximumLooks) await inner(context);
            else
            {
                context.Response.Headers.RetryAfter = "1";
                await PlainText.Error(context, StatusCodes.Status429TooManyRequests, $"There are {now.MaximumLooks} looks running already: try again when one has ended.");
            }
        }
        finally
        {
            Interlocked.Decrement(ref _looks);
        }
    }
}
