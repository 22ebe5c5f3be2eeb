using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Vitrine.AspNetCore.Tests;
using Vitrine.Doors.Looks;
using Vitrine.Doors.Tests.Support;
using Vitrine.Guard;
using Vitrine.Guard.Identity;
using Vitrine.Instruments;
using Vitrine.Pprof;
using Vitrine.Pprof.Wire;

namespace Vitrine.Doors.Tests.Looks;

/// <summary>No form of an answer has the secret in it, unless who asks may see everything and says so.</summary>
public sealed class LookDeskRedactionTests
{
    const string Secret = "alice.secret@example.com";

    /// <summary>Says the secret in every form that there is.</summary>
    sealed class Leaky(string name) : TestInstrument(name), IProfileInstrument, ITextInstrument
    {
        public Look<Profile> Collect(ITarget target, CancellationToken cancellation) => LookOf(ProfileOf("count", "count", ($"Send({Secret})", 1)).WithComments([$"asked by {Secret}"]));

        public void WriteText(ITarget target, TextWriter output, CancellationToken cancellation) => output.Write($"thread 1 [running]:\nSend({Secret})\n");
    }

    sealed class LeakyFigures(string name) : TestInstrument(name), IMeasurementInstrument
    {
        public Look<IReadOnlyList<Measurement>> Collect(ITarget target, CancellationToken cancellation) =>
            new([new("test.size", "By", MeasurementKind.Gauge, Known<double>.Of(42, Provenance.Read("the test")), [new("user", Secret)])], DateTimeOffset.UtcNow, TimeSpan.Zero, new(), [$"Of {Secret}."]);
    }

    sealed class LeakyEvents(string name) : TestInstrument(name), IEventInstrument
    {
        public async IAsyncEnumerable<InstrumentEvent> Watch(ITarget target, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
        {
            yield return new("mail.sent", DateTimeOffset.UnixEpoch, TimeSpan.Zero, [new("to", Secret)], Provenance.Read("the test"));
            await Task.CompletedTask;
        }
    }

    static LookDesk Desk() => TestDoor.DeskOf(static options => options.Policy.Roles["owner"] = ["pprof:read:*", "pprof:raw:leaky"], new Leaky("leaky"), new LeakyFigures("figures"), new LeakyEvents("events"), new TestFileRecorder("file"));

    static Task<LookAnswer> Ask(LookDesk desk, string name, LookQuery query) => desk.Take(new("test", "", name, query, new Credentials { Address = System.Net.IPAddress.Loopback }), default);

    static string TextOf(LookAnswer answer) => answer.ContentType == "application/octet-stream"
        ? string.Join('\n', ProfileReader.Read(answer.Bytes.ToArray()) is var profile ? [.. profile.Functions.Select(static one => one.Name), .. profile.Comments] : [])
        : Encoding.UTF8.GetString(answer.Bytes.Span);

    [Theory]
    [InlineData("leaky", 0), InlineData("leaky", 1), InlineData("leaky", 2), InlineData("figures", 0), InlineData("figures", 1), InlineData("events", 0)]
    public async Task Take_AnyForm_HasNoSecret(string name, int debug)
    {
        using var answer = await Ask(Desk(), name, new(Debug: debug));

        Assert.Equal(LookStatus.Ok, answer.Status);
        Assert.DoesNotContain("alice", TextOf(answer), StringComparison.OrdinalIgnoreCase);
        Assert.NotEmpty(TextOf(answer));
    }

    [Theory]
    [InlineData("leaky", 0), InlineData("leaky", 1), InlineData("leaky", 2)]
    public async Task Take_Raw_IsForWhoMay(string name, int debug)
    {
        var desk = Desk();

        using var answer = await Ask(desk, name, new(Debug: debug, IsRaw: true));
        using var refused = await Ask(desk, "figures", new(IsRaw: true));

        Assert.Contains(Secret, TextOf(answer), StringComparison.Ordinal);
        Assert.Equal(LookStatus.Forbidden, refused.Status);
    }

    sealed class Tenants(string name) : TestInstrument(name), IMeasurementInstrument
    {
        public Look<IReadOnlyList<Measurement>> Collect(ITarget target, CancellationToken cancellation) =>
            new([new("test.size", "By", MeasurementKind.Gauge, Known<double>.Of(42.5, Provenance.Read("the test")), [new("tenant", "acme")])], DateTimeOffset.UtcNow, TimeSpan.Zero, new(), []);
    }

    [Theory]
    [InlineData(0), InlineData(1)]
    public async Task Take_Figures_FollowThePolicyOfLabels_InEveryForm(int debug)
    {
        using var answer = await Ask(TestDoor.DeskOf(null, new Tenants("tenants")), "tenants", new(Debug: debug));

        Assert.DoesNotContain("acme", TextOf(answer), StringComparison.Ordinal);
        Assert.Contains("tenant", TextOf(answer), StringComparison.Ordinal);
        Assert.Contains("42.5", TextOf(answer), StringComparison.Ordinal);
        Assert.Equal(debug == 1, TextOf(answer).StartsWith("# test.size{tenant=\"‹label", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Take_File_HasNoNameWhileItWaits()
    {
        var desk = TestDoor.DeskOf(static options => options.Policy.Roles["owner"] = ["pprof:read:*", "pprof:raw:*"], new TestFileRecorder("file"));

        using var answer = await Ask(desk, "file", new("0.01", IsRaw: true));

        // A program that is killed now leaves nothing behind.
        Assert.False(File.Exists(answer.File!.Name));
        Assert.Equal(9, answer.File.Length);
    }

    [Fact]
    public async Task Take_FormatOfItsOwn_IsRefusedBeforeAnybodyWatches()
    {
        using var answer = await Ask(Desk(), "file", new("25"));

        Assert.Equal(LookStatus.Forbidden, answer.Status);
        Assert.Contains("pprof:raw:file", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Take_WhatWasTakenOut_IsInTheRecord()
    {
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using (var guard = new LookGuard(new() { Switches = { Environment = "" }, Audit = { File = file } }, NullLoggerFactory.Instance))
        {
            using var answer = await Ask(new(guard, [new TestShown(new Leaky("leaky"))]), "leaky", default);
        }

        var record = (await File.ReadAllLinesAsync(file)).Single(static line => line.Contains("pprof:read:leaky", StringComparison.Ordinal));
        Assert.Contains("\"email\"", record, StringComparison.Ordinal);
        File.Delete(file);
    }
}
