using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Vitrine.Doors.Looks;
using Vitrine.Guard;
using Vitrine.Guard.Identity;
using Vitrine.TestTargets;

namespace Vitrine.AspNetCore.Tests.Metrics;

/// <summary>What the guard costs a scrape: the page itself allocates nothing (<see cref="MetricsPageTests"/>).</summary>
[Collection(nameof(Alone))]
public sealed class MetricsDoorTests
{
    // Its permit and its record; measured: 1,208 bytes.
    const int Most = 2048;

    [Fact]
    public async Task Guard_OfAScrape_AllocatesItsPermitAndItsRecordOnly()
    {
        await using var service = await TestService.Start(static options => (options.Guard.Limits.RatePerMinute, options.Guard.Limits.Burst) = (1_000_000, 1_000_000));
        var guard = service.Services.GetRequiredService<LookDesk>().Guard;
        var credentials = new Credentials { Address = IPAddress.Loopback, Host = "localhost" };

        const int Rounds = 200;
        var allocated = AllocatedBytes.Of(() =>
        {
            var request = new LookRequest { Door = "http", Subject = LookSubject.Metrics, Credentials = credentials };
            using var permit = AtOnce(guard.Admit(request, default)).Permit!;
            Assert.Null(permit.Complete(LookOutcomeKind.Answered, 1));
        }, Rounds);

        Assert.InRange(allocated / Rounds, 0, Most);
    }

    static Admission AtOnce(ValueTask<Admission> admission)
    {
        Assert.True(admission.IsCompletedSuccessfully);
        return admission.Result;
    }
}
