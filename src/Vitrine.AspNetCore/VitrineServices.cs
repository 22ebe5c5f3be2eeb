using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Vitrine.AspNetCore;
using Vitrine.AspNetCore.Access;
using Vitrine.AspNetCore.Continuous;
using Vitrine.AspNetCore.Metrics;
using Vitrine.AspNetCore.Operations;
using Vitrine.AspNetCore.Panics;
using Vitrine.AspNetCore.Pprof;
using Vitrine.Doors.Looks;
using Vitrine.DotNet;
using Vitrine.DotNet.Contention;
using Vitrine.DotNet.Custom;
using Vitrine.DotNet.Meters;
using Vitrine.DotNet.Runtime;
using Vitrine.Guard;
using Vitrine.Instruments;

// Where a web program already looks: two lines are two lines, without a using directive.
namespace Microsoft.Extensions.DependencyInjection;

/// <summary>The first of the two lines.</summary>
public static class VitrineServices
{
    /// <summary>Adds Vitrine to a service: <c>builder.AddVitrine(options => options.Enabled = true)</c>. The second line is <c>app.MapVitrine()</c>.</summary>
    /// <param name="builder">The service's builder.</param>
    /// <param name="configure">Settings in code; the section <see cref="VitrineOptions.Section"/> of the configuration is applied after it.</param>
    public static TBuilder AddVitrine<TBuilder>(this TBuilder builder, Action<VitrineOptions>? configure = null) where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddVitrine(configure);
        return builder;
    }

    /// <summary>The same for a program that has only its services at hand.</summary>
    public static IServiceCollection AddVitrine(this IServiceCollection services, Action<VitrineOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<VitrineOptions>();
        if (configure is not null) options.Configure(configure);
        // After the code's own, so that an operator has the last word.
        options.BindConfiguration(VitrineOptions.Section);

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<VitrineOptions>, FormerKeys>());
        services.TryAddSingleton<LiveOptions>();
        services.TryAddSingleton<RuntimeReader>();
        services.TryAddSingleton(Instruments);
        services.TryAddSingleton<ContinuousProfiles>();
        services.TryAddSingleton<ContinuousHeap>();
        services.TryAddSingleton<ContinuousAsync>();
        services.TryAddSingleton(static _ => new MutexProfile());
        services.TryAddSingleton<SelfService>();
        services.TryAddSingleton(Guard);
        services.TryAddSingleton<GuardReload>();
        services.TryAddSingleton(Desk);
        services.AddHostedService<SocketDoor>();
        services.AddMetrics();
        services.TryAddSingleton<MeterCollector>();
        services.TryAddSingleton<MetricsPage>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, MetricsRoutePolicy>());
        services.TryAddSingleton(static all => new RuntimeMeter(all.GetRequiredService<RuntimeReader>(), all.GetRequiredService<IMeterFactory>()));
        services.TryAddSingleton<PanicRecorder>();
        services.TryAddSingleton<RouteLabel>();
        services.TryAddSingleton<DeveloperPageFaults>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupFilter, VitrineStartup>());
        return services;
    }

    static LookGuard Guard(IServiceProvider services) => new(services.GetRequiredService<LiveOptions>().Current.Guard, services.GetRequiredService<ILoggerFactory>(), services.GetService<TimeProvider>());

    static LookDesk Desk(IServiceProvider services) => new(services.GetRequiredService<LookGuard>(), [services.GetRequiredService<SelfService>()])
    {
        Stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping,
        Logger = services.GetRequiredService<ILogger<LookDesk>>(),
        ClosedBecause = () => services.GetRequiredService<LiveOptions>().Current.Enabled ? null : $"Vitrine is switched off in this service: set {VitrineOptions.Section}:{nameof(VitrineOptions.Enabled)} to true.",
    };

    // What the service has registered itself – CustomProfile and any IInstrument –, and what this package brings. The service's own come first: an instrument that it has set up its own way replaces ours.
    static InstrumentRegistry Instruments(IServiceProvider services)
    {
        var registry = new InstrumentRegistry();
        foreach (var instrument in services.GetServices<IInstrument>())
            registry.Add(instrument);
        var brought = DotNetInstruments.AddTo(new InstrumentRegistry(), new()
        {
            Reader = services.GetRequiredService<RuntimeReader>(),
            Tracking = services.GetRequiredService<ContinuousAsync>().Tracking,
            HeapTracking = services.GetRequiredService<ContinuousHeap>().Tracking,
            Mutex = services.GetRequiredService<MutexProfile>(),
            CustomProfiles = [.. services.GetServices<CustomProfile>()],
        });
        foreach (var instrument in brought.All)
        {
            if (!registry.TryGet(instrument.Name, out _)) registry.Add(instrument);
        }
        return registry;
    }
}
