"""What a guest's country says about names, language and telephone: ISO 3166-1 alpha-3 → locale, language, calling code.

Calling codes: ITU-T E.164 assigned country codes.
"""

from typing import NamedTuple


class Country(NamedTuple):
    """Faker locale, ISO 639-1 language and E.164 calling code."""

    locale: str
    language: str
    calling: str


ELSEWHERE = Country("en_GB", "en", "44")

COUNTRIES: dict[str, Country] = {
    "AGO": Country("pt_PT", "pt", "244"),
    "ARG": Country("es_AR", "es", "54"),
    "AUS": Country("en_AU", "en", "61"),
    "AUT": Country("de_AT", "de", "43"),
    "BEL": Country("fr_BE", "fr", "32"),
    "BGR": Country("bg_BG", "bg", "359"),
    "BRA": Country("pt_BR", "pt", "55"),
    "CAN": Country("en_CA", "en", "1"),
    "CHE": Country("de_CH", "de", "41"),
    "CHL": Country("es_CL", "es", "56"),
    "CHN": Country("zh_CN", "zh", "86"),
    "COL": Country("es_CO", "es", "57"),
    "CPV": Country("pt_PT", "pt", "238"),
    "CZE": Country("cs_CZ", "cs", "420"),
    "DEU": Country("de_DE", "de", "49"),
    "DNK": Country("da_DK", "da", "45"),
    "ESP": Country("es_ES", "es", "34"),
    "EST": Country("et_EE", "et", "372"),
    "FIN": Country("fi_FI", "fi", "358"),
    "FRA": Country("fr_FR", "fr", "33"),
    "GBR": Country("en_GB", "en", "44"),
    "GRC": Country("el_GR", "el", "30"),
    "HRV": Country("hr_HR", "hr", "385"),
    "HUN": Country("hu_HU", "hu", "36"),
    "IND": Country("en_IN", "en", "91"),
    "IRL": Country("en_IE", "en", "353"),
    "ISR": Country("he_IL", "he", "972"),
    "ITA": Country("it_IT", "it", "39"),
    "JPN": Country("ja_JP", "ja", "81"),
    "KOR": Country("ko_KR", "ko", "82"),
    "LTU": Country("lt_LT", "lt", "370"),
    "LUX": Country("fr_FR", "fr", "352"),
    "LVA": Country("lv_LV", "lv", "371"),
    "MAR": Country("fr_FR", "fr", "212"),
    "MEX": Country("es_MX", "es", "52"),
    "MOZ": Country("pt_PT", "pt", "258"),
    "NLD": Country("nl_NL", "nl", "31"),
    "NOR": Country("no_NO", "no", "47"),
    "NZL": Country("en_NZ", "en", "64"),
    "POL": Country("pl_PL", "pl", "48"),
    "PRT": Country("pt_PT", "pt", "351"),
    "ROU": Country("ro_RO", "ro", "40"),
    "RUS": Country("ru_RU", "ru", "7"),
    "SVK": Country("sk_SK", "sk", "421"),
    "SVN": Country("sl_SI", "sl", "386"),
    "SWE": Country("sv_SE", "sv", "46"),
    "TUR": Country("tr_TR", "tr", "90"),
    "UKR": Country("uk_UA", "uk", "380"),
    "USA": Country("en_US", "en", "1"),
}


def country(code: str | None) -> Country:
    """What is known of a country; an unknown one writes English."""
    return COUNTRIES.get(code or "", ELSEWHERE)
