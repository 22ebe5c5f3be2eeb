using System.Text.Json;
using Vitrine.Instruments;

namespace Vitrine.Agent.Json;

/// <summary>Writes figures that may be unknown: null in their place, and the reason kept for the "unknown" object. Never a zero.</summary>
sealed class FieldWriter(Utf8JsonWriter json, Dictionary<string, string> unknown)
{
    public void Write(string name, Known<ulong> figure) => Write(name, figure, static (json, value) => json.WriteNumberValue(value));

    public void Write(string name, Known<int> figure) => Write(name, figure, static (json, value) => json.WriteNumberValue(value));

    public void Write(string name, Known<bool> figure) => Write(name, figure, static (json, value) => json.WriteBooleanValue(value));

    public void Write<T>(string name, Known<T> figure, Action<Utf8JsonWriter, T> write)
    {
        json.WritePropertyName(name);
        if (figure.TryGet(out var value))
        {
            write(json, value);
            return;
        }
        json.WriteNullValue();
        unknown[name] = figure.Reason;
    }
}
