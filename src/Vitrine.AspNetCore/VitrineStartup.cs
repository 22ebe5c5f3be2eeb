using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Vitrine.AspNetCore.Access;
using Vitrine.AspNetCore.Continuous;
using Vitrine.AspNetCore.Metrics;
using Vitrine.AspNetCore.Operations;
using Vitrine.AspNetCore.Panics;
using Vitrine.DotNet.Meters;

namespace Vitrine.AspNetCore;

/// <summary>Puts the middleware around everything that the service has, so that <c>AddVitrine</c> is all that is needed.</summary>
sealed class VitrineStartup(IServiceProvider services) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        services.GetRequiredService<GuardReload>();
        services.GetRequiredService<RouteLabel>().Start();
        services.GetRequiredService<DeveloperPageFaults>().Start();
        // Made now: the one counts from the first request, the other is found by its name.
        services.GetRequiredService<MeterCollector>();
        services.GetRequiredService<RuntimeMeter>();
        services.GetRequiredService<ContinuousProfiles>().Start();
        app.UseMiddleware<OperationMiddleware>();
        app.UseMiddleware<PanicGuardMiddleware>();
        next(app);
    };
}
