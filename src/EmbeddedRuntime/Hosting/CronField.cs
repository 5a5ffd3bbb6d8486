using System.Globalization;

namespace MultiAgentInfra.EmbeddedRuntime.Hosting;

/// <summary>One field of an NCRONTAB expression as the set of its values.</summary>
internal readonly struct CronField
{
    private readonly ulong _values;

    private CronField(ulong values) => _values = values;

    public bool Contains(int value) => (_values & (1UL << value)) != 0;

    /// <summary>Reads a list of <c>*</c>, <c>n</c>, <c>a-b</c>, each with an optional <c>/step</c>; <c>n/step</c> runs from n to the end.</summary>
    public static CronField Parse(string text, CronFieldKind kind)
    {
        var values = text.Split(',').Aggregate(0UL, (set, item) => set | Item(item, kind));
        // Sunday is 0 and 7.
        return new CronField(kind == CronFieldKind.DayOfWeek ? (values | values >> 7) & 0x7F : values);
    }

    private static ulong Item(string item, CronFieldKind kind)
    {
        var parts = item.Split('/');
        var step = parts.Length switch
        {
            1 => 1,
            2 when int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var given) && given > 0 => given,
            _ => throw new FormatException($"'{item}' is no {kind.Name}: a step is a number above 0."),
        };
        var bounds = parts[0] == "*" ? [] : parts[0].Split('-');
        var (first, last) = bounds.Length switch
        {
            0 => (kind.First, kind == CronFieldKind.DayOfWeek ? 6 : kind.Last),
            1 when parts.Length == 2 => (kind.Value(bounds[0]), kind == CronFieldKind.DayOfWeek ? 6 : kind.Last),
            1 => (kind.Value(bounds[0]), kind.Value(bounds[0])),
            2 => (kind.Value(bounds[0]), kind.Value(bounds[1])),
            _ => throw new FormatException($"'{item}' is no {kind.Name}: a range has two ends."),
        };
        if (first > last)
            throw new FormatException($"'{item}' is no {kind.Name}: the range runs backwards.");

        var set = 0UL;
        for (var value = first; value <= last; value += step)
            set |= 1UL << value;

        return set;
    }
}
