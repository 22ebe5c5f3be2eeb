using System.Globalization;
using Vitrine.Instruments;

namespace Vitrine.Agent.Gate.Forwarding;

/// <summary>Go's execution trace (<c>go tool trace</c>), made by the service itself. A format of its own that cannot be redacted: who asks for it needs the permission for raw answers.</summary>
sealed class ForwardedTrace(UpstreamClient client) : IFileRecorder
{
    /// <inheritdoc/>
    public string Name => "trace";

    /// <inheritdoc/>
    public string Description => "Go's execution trace, made by the service itself; for go tool trace";

    /// <inheritdoc/>
    public Disturbance Disturbance => Disturbance.Events;

    /// <inheritdoc/>
    public string MediaType => "application/octet-stream";

    /// <inheritdoc/>
    public string FileExtension => ".trace";

    /// <inheritdoc/>
    public Availability AvailableFor(ITarget target) => Availability.Unsure("The service's own pprof decides.");

    /// <inheritdoc/>
    /// <exception cref="UpstreamException">The service gave no trace.</exception>
    public FileRecording Record(ITarget target, TimeSpan duration, Stream output, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(output);
        // Unlike the CPU profile, the trace takes fractions.
        var path = string.Create(CultureInfo.InvariantCulture, $"debug/pprof/trace?seconds={Math.Max(0.1, duration.TotalSeconds):0.###}");
        using var counted = new BeginOfTrace(output);
        client.Fetch(path, duration, client.Limits.MaxBytes, counted, stop);
        return counted.IsTrace
            ? new(counted.Total, duration, Known<long>.Unknown("Go's trace does not say what it lost"), [])
            : throw new UpstreamException(UpstreamFault.Broken, "What the service sent is not an execution trace of Go.");
    }

    /// <summary>Passes bytes on, and looks at the first: <c>go 1.22 trace\0\0\0</c>.</summary>
    sealed class BeginOfTrace(Stream output) : Stream
    {
        readonly byte[] _begin = new byte[16];

        public long Total { get; private set; }

        public bool IsTrace => Total >= _begin.Length && _begin.AsSpan().StartsWith("go 1."u8) && _begin.AsSpan().IndexOf(" trace\0"u8) > 0;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (Total < _begin.Length)
                buffer[..(int)Math.Min(buffer.Length, _begin.Length - Total)].CopyTo(_begin.AsSpan((int)Total));
            Total += buffer.Length;
            output.Write(buffer);
        }

        public override void Flush() => output.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
