using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Vitrine.Doors.Looks;
using Vitrine.Instruments;

namespace Vitrine.Doors.Tests.Support;

/// <summary>A service that shows made up instruments and pages.</summary>
sealed class TestShown(params IInstrument[] instruments) : IShownService
{
    sealed class Target : ITarget
    {
        public int Pid => 4711;

        public RuntimeKind Runtime => RuntimeKind.Unknown;

        public string RuntimeVersion => "";

        public string Name => "made-up";
    }

    sealed class Page(string text) : IShownPage
    {
        public bool IsRedacted => false;

        public string MediaType(string accept) => "text/plain; charset=utf-8";

        public string Write(IBufferWriter<byte> output, string accept, CancellationToken end)
        {
            Encoding.UTF8.GetBytes(text, output);
            return "";
        }
    }

    public string Name { get; init; } = "self";

    public IReadOnlyCollection<IInstrument> Instruments => instruments;

    public bool TryGet(string name, [MaybeNullWhen(false)] out IInstrument instrument)
    {
        instrument = Array.Find(instruments, one => one.Name == name);
        return instrument is not null;
    }

    public bool TryGetPage(string name, [MaybeNullWhen(false)] out IShownPage page)
    {
        page = name is PageName.CommandLine or PageName.Metrics or PageName.Vars ? new Page($"the page {name}") : null;
        return page is not null;
    }

    /// <summary>What to do so that it shows all since the start.</summary>
    public Func<string> Way { get; init; } = static () => "";

    public string WayToGrow(IInstrument instrument) => Way();

    /// <summary>Why there is no process to look at; empty = there is one.</summary>
    public string Gone { get; init; } = "";

    public ITarget Open() => Gone.Length == 0 ? new Target() : throw new InstrumentUnavailableException(Gone, "Start it.");
}
