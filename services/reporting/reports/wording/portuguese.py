"""Reports in Portuguese."""

from services.reporting.reports.wording.said import Book, Said

REPORTS = {
    "accuracy": Said(
        "Exatidão por verificações",
        "Nos dias cheios, alguns registos fechados são sorteados e alguém escreve o que está realmente lá, sem ver o "
        "registo; isto é a frequência com que os dois coincidem. O intervalo ao lado de uma parte é aquele em que a "
        "parte verdadeira está 95 vezes em 100; menos de 30 valores são assinalados como amostra pequena.",
    ),
    "alert_effect": Said(
        "O que os alertas conseguem",
        "Do trabalho que venceu nos dias pedidos: quanto ficou feito antes do prazo, antes de o hóspede ter de pedir e "
        "antes de o dia acabar, e o que os alertas desses dias fizeram por isso.",
    ),
    "alert_noise": Said(
        "Ruído dos alertas",
        "Quantas vezes cada regra de alerta tocou nos dias pedidos, quantas em vão, e quão depressa alguém atendeu. Um "
        "alerta que acabou em dois minutos sem ninguém o atender não disse nada a ninguém.",
    ),
    "bottlenecks": Said(
        "Para onde foram as horas",
        "Quanto tempo o trabalho esteve em cada departamento, por estado e por turno, nos dias pedidos, e quantas "
        "vezes e quão depressa mudou de mãos. O que está aberto conta até agora; um período de mais de 60 dias conta o "
        "resto no último.",
    ),
    "comparison": Said(
        "Hotéis comparados",
        "Os mesmos números de cada hotel lado a lado, cada um nos seus próprios dias. Com uma moeda e câmbios, o "
        "dinheiro lançado é dito nessa moeda: cada soma é convertida uma vez ao câmbio mostrado e arredondada uma vez, "
        "a metade para o par; sem câmbio não há soma.",
    ),
    "completion_time": Said(
        "Tempo de conclusão",
        "Quanto tempo o trabalho cumprido levou do início ao fecho, com pausas e sem elas, para o que fechou nos dias "
        "pedidos. As noites em que a hora muda contam pelas horas que realmente passaram; um percentil afasta-se no "
        "máximo 2 em 100. Um registo reaberto conta outra vez, desde a reabertura.",
    ),
    "corrections": Said(
        "Valores confirmados corrigidos depois",
        "Quantos valores foram confirmados contra uma regra do hotel nos dias pedidos e quantos valores confirmados "
        "tiveram de ser corrigidos. Em poucos dias, uma correção pode ser de um valor confirmado antes deles.",
    ),
    "day": Said(
        "Os números do dia",
        "O que está agora aberto, atrasado e em risco, e o que nos dias pedidos chegou, foi fechado, rendeu e correu "
        "mal.",
    ),
    "exceptions": Said(
        "Exceções e causas repetidas",
        "O que saiu do caminho habitual nos dias pedidos, pelo departamento que o anotou e por causa, a mais frequente "
        "primeiro. Uma causa vista três vezes ou mais num hotel é uma causa repetida.",
    ),
    "financial_effect": Said(
        "Efeito financeiro",
        "O que os registos pediram para cobrar, devolver ou pagar nos dias pedidos, comparado com o que a conta e o "
        "prestador de pagamentos dizem. Uma linha pode contar em vários títulos; não são para somar.",
    ),
    "guest_service": Said(
        "Efeito no serviço ao hóspede",
        "Como correu aos hóspedes nos dias pedidos, ao lado de quatro vezes tantos dias imediatamente antes. Onde o "
        "intervalo de uma mudança inclui nenhuma, a mudança pode ser acaso; nada aqui diz o que a causou.",
    ),
    "money": Said(
        "Dinheiro pedido e lançado",
        "O que os registos pediram para cobrar, devolver, depositar ou pagar nos dias pedidos, e o que foi feito "
        "disso. Cada moeda está por si; nenhuma é somada a outra.",
    ),
    "service_pressure": Said(
        "Pressão e resultados",
        "Quanto trabalho esteve aberto por cada hora em que as pessoas estavam de serviço pela escala, ao lado do "
        "tempo que o trabalho levou e do que os hóspedes disseram. Menos de dez dias não dizem nada, e o que anda "
        "junto não tem de se causar.",
    ),
    "staff_load": Said(
        "Carga por pessoa",
        "Quanto cada pessoa tem agora e quanto fechou e teve consigo nos dias pedidos. Mostrado a quem pode ler sobre "
        "o pessoal.",
    ),
    "upsell": Said(
        "Vendas adicionais",
        "O que foi oferecido nos dias pedidos e quanto se vendeu, por oferta, segmento, campanha, grupo e via; o que "
        "rendeu; e porque os hóspedes disseram não. De dois grupos cujos intervalos se cruzam não se sabe se diferem.",
    ),
}
FIGURES = {
    "accuracy": Said("Coincide", "A parte dos valores comparados em que o registo tem razão."),
    "accept_p": Said("Aceite, {n} em 100", "Dentro deste tempo desde o início, {n} em 100 registos foram aceites."),
    "acknowledge_p": Said(
        "Atendido, {n} em 100",
        "Dentro deste tempo desde o toque, {n} em 100 alertas foram atendidos.",
    ),
    "acknowledged_share": Said("Atendido por alguém", "A parte dos alertas, sem os retirados, que uma pessoa atendeu."),
    "alerts": Said("Alertas", "Quantos alertas tocaram, sem os que foram retirados."),
    "at_risk": Said("Em risco agora", "Trabalho aberto cujo prazo está perto."),
    "cause": Said("Causa", "Quantas exceções tiveram esta causa."),
    "changed_hands": Said("Mudou de mãos", "Quantas vezes o trabalho passou de uma pessoa a outra no departamento."),
    "checked": Said("Comparados", "Quantos valores foram comparados com o que está realmente lá."),
    "closed": Said("Fechado", "Quantas vezes se fechou trabalho."),
    "closed_in_time": Said("Fechado a tempo", "A parte do que fechou que fechou até ao prazo."),
    "closed_late": Said("Fechado tarde", "Quanto disso fechou depois do prazo."),
    "confirmed": Said("Confirmados", "Quantos valores foram confirmados contra uma regra do hotel."),
    "contradictions": Said("Contradições", "Quantas vezes um hóspede ouviu um valor diferente do confirmado antes."),
    "conversion": Said("Conversão", "A parte das vendas adicionais respondidas que foi cumprida."),
    "upsell.conversion": Said("Conversão", "A parte do que foi oferecido que se vendeu e não foi cancelada."),
    "corrected": Said("Corrigidos", "Quantos valores confirmados tiveram de ser mudados."),
    "corrected_share": Said("Parte corrigida", "Valores corrigidos por cada confirmado."),
    "cost_leak": Said("Custo sem resultado", "Custos de trabalho que não deu em nada."),
    "cumulative_share": Said(
        "Esta e as causas mais frequentes",
        "A parte de todas as exceções que esta causa e as mais frequentes formam.",
    ),
    "declined": Said("Recusado", "Quantas vezes os hóspedes disseram não por este motivo."),
    "ended_untaken_share": Said(
        "Acabou antes de alguém vir",
        "A parte dos alertas que acabou em dois minutos sem ser atendida.",
    ),
    "exceptions": Said("Exceções", "Quantas vezes o trabalho saiu do caminho habitual."),
    "failed": Said("Falhado", "Dinheiro que a conta ou o prestador recusou."),
    "fell_due": Said("Venceu", "Registos cujo prazo caiu nestes dias e que estão fechados ou atrasados."),
    "handed_off": Said("Entregue", "Quantas vezes o trabalho passou de um departamento a outro."),
    "held": Said("Tempo parado ali", "Quanto tempo o trabalho esteve ali, pausas incluídas."),
    "staff_load.held": Said(
        "Tempo consigo",
        "Quanto tempo o trabalho esteve com a pessoa, sem pausas, contado quando saiu.",
    ),
    "held_paused": Said("Disso em pausa", "Quanto desse tempo o trabalho esteve em pausa."),
    "held_share": Said(
        "Parte de todo o tempo",
        "Este tempo como parte de todo o tempo em que o trabalho esteve em algum lado.",
    ),
    "held_total": Said(
        "Tempo no departamento",
        "Quanto tempo o departamento teve o trabalho fechado, quem quer que o fechasse.",
    ),
    "late": Said("Atrasado agora", "Trabalho aberto cujo prazo passou."),
    "late_with_alert": Said("Atrasado com toque", "A parte do trabalho atrasado cujo prazo tocou; tem de ser todo."),
    "load_with_score": Said(
        "Carga e avaliação",
        "Como a carga de um dia anda com a sua avaliação média: 1 sempre igual, −1 sempre ao contrário, 0 nada.",
    ),
    "load_with_time": Said(
        "Carga e tempo",
        "Como a carga de um dia anda com o tempo que o trabalho levou: 1 sempre igual, −1 sempre ao contrário, 0 nada.",
    ),
    "mean_review": Said(
        "Avaliações públicas",
        "A média das avaliações públicas importadas, trazidas à escala de 0 a 10.",
    ),
    "mean_review_change": Said("Mudança das avaliações públicas", "A média de agora menos a média de antes."),
    "mean_review_count": Said("Número de avaliações públicas", "De quantas avaliações públicas é a média."),
    "mean_score": Said("Avaliação", "A média das avaliações que os hóspedes nos deixaram, de 0 a 10."),
    "mean_score_change": Said("Mudança da avaliação", "A média de agora menos a média de antes."),
    "mean_score_count": Said("Número de avaliações", "De quantas avaliações é a média."),
    "missed": Said("Não feitas", "Verificações planeadas que ninguém fez; não contam como certas."),
    "missed_charge": Said(
        "Cobranças perdidas",
        "Cobranças de trabalho fechado cujo lançamento falhou, ou de trabalho cumprido nunca lançadas.",
    ),
    "offered": Said("Oferecido", "Quantas vendas foram oferecidas pela primeira vez nestes dias."),
    "open": Said("Aberto agora", "Trabalho que está aberto, quando quer que tenha sido aberto."),
    "open_now": Said("Aberto agora", "O que a pessoa tem agora."),
    "open_per_staff_hour": Said(
        "Trabalho aberto por hora de serviço",
        "Registos parados no departamento no turno por cada pessoa de serviço pela escala, sem ausências.",
    ),
    "opened": Said("Abertos", "Trabalho que começou nestes dias."),
    "planned": Said("Planeadas", "Verificações que foram sorteadas."),
    "posted": Said("Lançado", "Dinheiro que está na conta ou foi pago."),
    "posted_differs": Said("Lançado de outro modo", "Dinheiro lançado com outro valor do que o registo pede."),
    "rate": Said("Câmbio", "Quanto vale uma unidade da moeda na outra, como quem perguntou indicou."),
    "raw_p": Said(
        "Tempo, {n} em 100",
        "Dentro deste tempo do início ao fecho, {n} em 100 ficaram feitos, pausas incluídas.",
    ),
    "records_with_exceptions": Said(
        "Registos com exceções",
        "Registos que tiveram alguma, cada um contado na primeira.",
    ),
    "recovery": Said("Custo da reparação", "Devoluções e custos para compensar um hóspede."),
    "refunds_not_of_records": Said(
        "Devoluções sem registo",
        "O que a caixa devolveu além do que os registos lançaram.",
    ),
    "reopen_share": Said("Reabertos", "A parte dos fechos que não se manteve."),
    "reopen_share_change": Said("Mudança dos reabertos", "A parte de agora menos a parte de antes."),
    "repeat_cause": Said("Causa repetida", "Quantas vezes esta causa apareceu num hotel: três ou mais."),
    "repeats": Said("Pedido outra vez", "Quantas vezes um hóspede pediu o mesmo outra vez."),
    "repeats_per_stay": Said(
        "Pedido outra vez por estadia",
        "Perguntas repetidas por cada estadia que acabou nestes dias.",
    ),
    "requested": Said("Pedido", "Tudo o que foi pedido e não retirado: lançado, à espera, falhado e incerto juntos."),
    "resolved_before_day_closed": Said(
        "Feito no mesmo dia",
        "A parte do que foi cumprido que fechou até ao fim do dia local em que vencia.",
    ),
    "resolved_before_deadline": Said(
        "Feito antes do prazo",
        "A parte do que venceu que fechou até ao momento do prazo.",
    ),
    "resolved_before_guest_asked": Said(
        "Feito antes de o hóspede pedir",
        "A parte do que foi cumprido, sem os pedidos dos próprios hóspedes, que fechou antes de um hóspede o pedir.",
    ),
    "resolved_in_time_after_warning": Said(
        "Feito a tempo após aviso",
        "A parte daquilo de que um alerta avisou antes que ainda ficou feita a tempo.",
    ),
    "retracted_share": Said("Retirados", "A parte dos alertas cuja causa acabou antes de tocarem."),
    "revenue": Said("Receita", "O preço do que se vendeu nestes dias, como proposto ou licitado, com imposto."),
    "revenue_per_available_room": Said(
        "Receita por quarto disponível",
        "Essa receita por cada quarto e dia, ocupado ou não.",
    ),
    "rung": Said("Alertas", "Quantos alertas a regra abriu, com os retirados."),
    "seen_charge": Said("Cobranças na caixa", "O que a caixa e o prestador de pagamentos cobraram."),
    "seen_deposit": Said("Depósitos na caixa", "O que a caixa e o prestador de pagamentos receberam como depósito."),
    "seen_dispute": Said("Contestações", "O que titulares de cartões contestaram no prestador de pagamentos."),
    "seen_refund": Said(
        "Devoluções na caixa",
        "O que a caixa e o prestador de pagamentos devolveram, por si ou por nós.",
    ),
    "settlement_pressure": Said("Por liquidar", "Dinheiro pedido que não está lançado nem falhou."),
    "staff_hours": Said(
        "Horas de serviço",
        "Horas em que pessoas do departamento estiveram de serviço no turno, pela escala.",
    ),
    "unknown": Said("Incerto", "Dinheiro de que ninguém sabe se foi lançado."),
    "upsell_answered": Said(
        "Vendas adicionais respondidas",
        "Vendas adicionais a que os hóspedes disseram sim ou não.",
    ),
    "upsell_won": Said("Vendas adicionais feitas", "Vendas adicionais que foram cumpridas."),
    "void": Said("Retirado", "Dinheiro retirado antes de algo ser lançado."),
    "waiting": Said("À espera", "Dinheiro que espera pelo lançamento."),
    "waiting_p": Said(
        "Espera, {n} em 100",
        "Dentro deste tempo do início ao fecho, {n} em 100 ficaram feitos, sem pausas.",
    ),
    "worked_p": Said(
        "Tempo sem pausas, {n} em 100",
        "Dentro deste tempo do início ao fecho, {n} em 100 ficaram feitos, sem pausas.",
    ),
    "wrong_refund": Said(
        "Devoluções erradas",
        "Devoluções lançadas por trabalho não cumprido, ou de mais do que a linha que anulam.",
    ),
}
UNITS = {
    "seconds": "uma duração, contada em segundos",
    "hours": "horas",
    "share": "uma parte, de 0 a 1",
    "records": "registos",
    "closes": "fechos",
    "values": "valores",
    "checks": "verificações",
    "alerts": "alertas",
    "exceptions": "exceções",
    "hand-offs": "entregas",
    "times": "vezes",
    "scores": "avaliações",
    "score": "pontos, de 0 a 10",
    "repeats a stay": "repetições por estadia",
    "rank correlation": "correlação de postos de Spearman, de −1 a 1",
    "rate": "unidades da outra moeda por uma",
    "minor units": "as menores unidades de {currency}, números inteiros",
    "minor units / 100": "centésimos da menor unidade de {currency}, números inteiros",
}
PARAMETERS = {
    "property": "O hotel; todos os que pode ver quando nenhum é indicado.",
    "from": "O primeiro dia, na hora local de cada hotel; hoje quando nenhum é indicado.",
    "to": "O último dia, incluído; no máximo 400 dias ao todo.",
    "currency": "A moeda única em que o dinheiro de todos os hotéis é dito.",
    "rates": "Quanto vale nela uma unidade de cada outra moeda.",
}
BOOK = Book(REPORTS, FIGURES, UNITS, PARAMETERS)
