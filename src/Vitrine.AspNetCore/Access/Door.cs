using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Vitrine.AspNetCore.Access;

/// <summary>What the service's own settings say, before the guard is asked.</summary>
sealed class Door(IOptionsMonitor<VitrineOptions> options)
{
    /// <summary>Puts an endpoint behind the door.</summary>
    public void Guard(EndpointBuilder endpoint)
    {
        var inner = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = context => CallerCheck.Refusal(context, options.CurrentValue) is { } reason ? PlainText.Error(context, StatusCodes.Status403Forbidden, reason) : inner(context);
    }
}
