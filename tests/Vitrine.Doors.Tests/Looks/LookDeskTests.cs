using Vitrine.AspNetCore.Tests;
using Vitrine.Doors.Looks;
using Vitrine.Doors.Tests.Support;
using Vitrine.Guard;
using Vitrine.Guard.Identity;
using Vitrine.Instruments;
using Vitrine.Pprof.Wire;

namespace Vitrine.Doors.Tests.Looks;

public sealed class LookDeskTests
{
    static readonly Credentials s_here = new() { Address = System.Net.IPAddress.Loopback }, s_elsewhere = new() { Address = System.Net.IPAddress.Parse("10.0.0.1") };

    static Task<LookAnswer> Ask(LookDesk desk, string name, LookQuery query = default, Credentials? credentials = null, CancellationToken gone = default) => desk.Take(new("test", "", name, query, credentials ?? s_here), gone);

    [Theory]
    [InlineData("heap"), InlineData("nothing"), InlineData("cpu"), InlineData("index"), InlineData("metrics"), InlineData("switches"), InlineData("")]
    public async Task Take_WhoIsNotLetIn_LearnsNothingOfWhatThereIs(string name)
    {
        var heap = new Watched("heap");
        var desk = TestDoor.DeskOf(null, heap, new TestRecorder("cpu"));

        using var answer = await Ask(desk, name, new(Seconds: "nonsense", Rate: "x"), s_elsewhere);
        using var other = await desk.Take(new("test", "no such service", name, default, s_elsewhere), default);

        Assert.Equal(LookStatus.Forbidden, answer.Status);
        Assert.Equal((answer.Status, answer.Message), (other.Status, other.Message));
        Assert.Equal(0, heap.Looks);
    }

    [Fact]
    public async Task Take_FailureThatCannotBeTold_IsAFailureAllTheSame_AndGivesItsPlaceBack()
    {
        var unavailable = new Unavailable("heap");
        var desk = new LookDesk(TestDoor.DeskOf(null).Guard, [new TestShown(unavailable) { Way = static () => throw new InvalidOperationException() }]);

        using (var answer = await Ask(desk, "heap"))
            Assert.Equal(LookStatus.Failed, answer.Status);

        Assert.Equal(0, desk.Guard.ActiveLooks);
    }

    sealed class Unavailable(string name) : TestInstrument(name), IProfileRecorder
    {
        public Recording Record(ITarget target, TimeSpan duration, CancellationToken stop) => throw new InstrumentUnavailableException("not now");
    }

    [Fact]
    public async Task Take_Permitted_HoldsItsPlaceUntilTheAnswerIsSent()
    {
        var desk = TestDoor.DeskOf(null, new GrowingProfile("heap"));

        var answer = await Ask(desk, "heap");

        Assert.Equal(1, desk.Guard.ActiveLooks);
        answer.Dispose();
        Assert.Equal(0, desk.Guard.ActiveLooks);
    }

    /// <summary>Watches until it is stopped, whatever it was told.</summary>
    sealed class Endless(string name) : TestInstrument(name), IProfileRecorder
    {
        public Recording Record(ITarget target, TimeSpan duration, CancellationToken stop)
        {
            stop.WaitHandle.WaitOne();
            return new(LookOf(ProfileOf("cpu", "nanoseconds", ("Hot", 7))), 1, 0, "none");
        }
    }

    [Fact]
    public async Task Take_CutOff_GivesWhatThereIs_AndSaysSo()
    {
        var desk = TestDoor.DeskOf(static options => (options.Limits.MaximumDuration, options.Limits.TimeToFinish) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)), new Endless("cpu"));

        using var answer = await Ask(desk, "profile", new("1")).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(LookStatus.Ok, answer.Status);
        Assert.StartsWith("The look was ended early, because looks may not take longer", answer.Note, StringComparison.Ordinal);
        Assert.Contains(answer.Note, ProfileReader.Read(answer.Bytes.ToArray()).Comments);
    }

    [Fact]
    public async Task Take_CutOffWithNothingWhole_SaysWhy()
    {
        var heap = new Watched("heap");
        heap.Gate.Reset();
        var desk = TestDoor.DeskOf(static options => (options.Limits.MaximumDuration, options.Limits.TimeToFinish) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)), heap);

        using var answer = await Ask(desk, "heap").WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal((LookStatus.Failed, "The look took longer than looks may, and was ended; what it has is not whole."), (answer.Status, answer.Message));
    }

    [Fact]
    public async Task Take_MoreBytesThanThereMayBe_IsAnError_AndTheFileIsGone()
    {
        var desk = TestDoor.DeskOf(static options =>
        {
            options.Limits.MaximumBytes = 4096;
            options.Policy.Roles["owner"] = ["pprof:read:*", "pprof:raw:*"];
        }, new LargeText("text", 1 << 20), new LargeFile("file"));

        using var text = await Ask(desk, "text", new(Debug: 2));
        using var file = await Ask(desk, "file", new("0.01", IsRaw: true));

        Assert.Equal((LookStatus.Failed, LookStatus.Failed), (text.Status, file.Status));
        Assert.StartsWith("The answer has more than the 4096 bytes", text.Message, StringComparison.Ordinal);
        Assert.StartsWith("The answer has more than the 4096 bytes", file.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.GetTempPath(), "vitrine-*.large"));
    }

    sealed class LargeFile(string name) : TestInstrument(name), IFileRecorder
    {
        public string MediaType => "application/x-test";

        public string FileExtension => ".large";

        public FileRecording Record(ITarget target, TimeSpan duration, Stream output, CancellationToken stop)
        {
            for (var i = 0; i < 1000; i++) output.Write(new byte[1000]);
            return new(1_000_000, duration, Known<long>.Of(0, default), []);
        }
    }

    sealed class Faulty(string name, Exception fault) : TestInstrument(name), IProfileInstrument
    {
        public Look<Vitrine.Pprof.Profile> Collect(ITarget target, CancellationToken cancellation) => throw fault;
    }

    [Fact]
    public async Task Take_InstrumentFails_SaysWhatWasExpected_AndNothingOfWhatWasNot()
    {
        var desk = TestDoor.DeskOf(null, new Faulty("a", new InstrumentUnavailableException("The door is shut.", "Knock.")), new Faulty("b", new IOException("/secret/path")), new Faulty("c", new OperationCanceledException()));

        using var expected = await Ask(desk, "a");
        using var unexpected = await Ask(desk, "b");
        using var cancelled = await Ask(desk, "c");

        Assert.Equal((LookStatus.Failed, "Could not enable a: The door is shut. Knock."), (expected.Status, expected.Message));
        Assert.Equal(LookStatus.Failed, unexpected.Status);
        Assert.DoesNotContain("secret", unexpected.Message, StringComparison.Ordinal);
        Assert.Equal(LookStatus.Failed, cancelled.Status);
    }

    [Fact]
    public async Task Take_HeadOnly_LooksAtNothing()
    {
        var heap = new Watched("heap");
        var desk = TestDoor.DeskOf(null, heap);

        using var answer = await desk.Take(new("test", "", "heap", default, s_here) { IsHeadOnly = true }, default);

        Assert.Equal((LookStatus.Ok, 0), (answer.Status, heap.Looks));
    }

    [Fact]
    public async Task Take_ProgramShowsNothingNow_SaysSoToWhoIsLetIn()
    {
        var desk = new LookDesk(new LookGuard(new() { Switches = { Environment = "" } }), [new TestShown(new GrowingProfile("heap"))]) { ClosedBecause = static () => "Closed for the night." };

        using var answer = await Ask(desk, "heap");
        using var stranger = await Ask(desk, "heap", credentials: s_elsewhere);
        using var turned = await desk.Turn(new("test", "heap", "0", "", "", s_here), default);

        Assert.Equal((LookStatus.Forbidden, "Closed for the night."), (answer.Status, answer.Message));
        Assert.DoesNotContain("night", stranger.Message, StringComparison.Ordinal);
        Assert.Equal((LookStatus.Forbidden, true), (turned.Status, desk.Guard.Switches.IsOn("heap")));
    }

    [Fact]
    public async Task Take_NoProcessToLookAt_IsTheServicesFault()
    {
        var desk = new LookDesk(new LookGuard(new() { Switches = { Environment = "" } }), [new TestShown(new GrowingProfile("heap")) { Gone = "No process listens at :8080." }]);

        using var answer = await Ask(desk, "heap");

        Assert.Equal((LookStatus.Unavailable, 502, "No process listens at :8080. Start it."), (answer.Status, answer.HttpStatus, answer.Message));
    }

    [Fact]
    public async Task Take_SeveralServices_IsTheOneThatIsNamed()
    {
        var desk = new LookDesk(new LookGuard(new() { Switches = { Environment = "" } }), [new TestShown(new GrowingProfile("heap")) { Name = "one" }, new TestShown(new GrowingProfile("other")) { Name = "two" }]);

        async Task<LookStatus> Status(string service, string name)
        {
            using var answer = await desk.Take(new("test", service, name, default, s_here), default);
            return answer.Status;
        }

        Assert.Equal(LookStatus.Ok, await Status("one", "heap"));
        Assert.Equal(LookStatus.NotFound, await Status("two", "heap"));
        Assert.Equal(LookStatus.NotFound, await Status("", "heap"));
        Assert.Equal(LookStatus.NotFound, await Status("three", "heap"));
    }
}
