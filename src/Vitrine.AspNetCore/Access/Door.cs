using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Vitrine.AspNetCore.Access;

/// <summary>The one way in: every handler of this package is behind it.</summary>
sealed class Door(IOptionsMonitor<VitrineOptions> options)
{
    /// <summary>Puts a handler behind the door.</summary>
    /// <param name="handler">What answers callers that are let in.</param>
    public RequestDelegate Guard(Func<HttpContext, VitrineOptions, Task> handler) => context =>
    {
        var now = options.CurrentValue;
        return CallerCheck.Refusal(context, now) is { } reason
            ? PlainText.Error(context, StatusCodes.Status403Forbidden, reason)
            : handler(context, now);
    };
}
